import { isPlayerError, PlayerError } from '../errors/player-error.ts';
import { leaveStatus, running, to } from './leave-status.ts';
import type { ActivePlay, EngineMoment, EventOf, SessionEffect, SessionState, Transition } from './session-state.ts';

type Moment = EventOf<EngineMoment>;

const STALLED: SessionEffect = { type: 'emit-rebuffer', phase: 'start' };

export function enginePlaying(state: SessionState, { nowMs }: Moment): Transition {
  if (state.status === 'ended') return to(state);
  return leaveStatus(state, nowMs, (play) => {
    const startupMs = play.startupMs ?? Math.max(0, nowMs - play.loadedAtMs);
    return { status: 'playing', play: { ...play, wantsPlay: true, startupMs } };
  });
}

/** A stall counts where the picture had moved and should go on: not before the start, not in a seek. */
export function engineWaiting(state: SessionState, { nowMs }: Moment): Transition {
  const stalls = state.status === 'playing' || (state.status === 'paused' && state.play.wantsPlay);
  return stalls ? to(stalled(state.play, nowMs), STALLED) : to(state);
}

/** The engine paused: by our call, by its own controls, or at the end. */
export function enginePaused(state: SessionState, { nowMs }: Moment): Transition {
  const { status } = state;
  if (status === 'ended') return to(state);
  return leaveStatus(state, nowMs, (play) => ({
    status: status === 'ready' || status === 'seeking' ? status : 'paused',
    play: { ...play, wantsPlay: false },
  }));
}

export function engineSeeking(state: SessionState, { nowMs }: Moment): Transition {
  return leaveStatus(state, nowMs, (play) => ({ status: 'seeking', play }));
}

export function engineSeeked(state: SessionState): Transition {
  if (state.status !== 'seeking') return to(state);
  const { play } = state;
  const moved = play.wantsPlay ? 'playing' : 'paused';
  return to({ status: play.startupMs === undefined ? 'ready' : moved, play });
}

export function engineEnded(state: SessionState, { nowMs }: Moment): Transition {
  return leaveStatus(state, nowMs, (play) => ({ status: 'ended', play: { ...play, wantsPlay: false } }));
}

export function engineFailed(state: SessionState, event: EventOf<'engine-failed'>): Transition {
  const active = running(state);
  if (!active) return to(state);
  if (isDamage(event) && active.decodeRetriesLeft > 0) return reopen(state, active, event);
  const error = errorOf(event);
  const { titleId, wantsPlay, durationMs } = active;
  const again = { titleId, wantsPlay, startAtMs: Math.max(0, Math.min(event.positionMs, durationMs)) };
  const failed = leaveStatus(state, event.nowMs, (play) => ({ status: 'failed', error, again, play }), {
    type: 'close',
  });
  return to(failed.state, ...failed.effects, { type: 'emit-error', error });
}

/** An engine that fetched in vain may have been told so by delivery. */
function isDamage({ cause, error }: EventOf<'engine-failed'>): boolean {
  return cause === 'decode' || (isPlayerError(error) && error.code === 'media/decode');
}

/** Damaged bytes: the same position once more, from another server. */
function reopen(
  state: SessionState,
  { wantsPlay, startupMs }: ActivePlay,
  { positionMs, nowMs }: EventOf<'engine-failed'>,
): Transition {
  const stalls = wantsPlay && startupMs !== undefined;
  const status = state.status === 'paused' && !wantsPlay ? 'paused' : 'ready';
  const left = leaveStatus(state, nowMs, (before) => {
    const play = { ...before, decodeRetriesLeft: before.decodeRetriesLeft - 1 };
    return stalls ? stalled(play, nowMs) : { status, play };
  });
  const opening: SessionEffect = { type: 'reopen-engine', startAtMs: positionMs, play: wantsPlay };
  return to(left.state, ...left.effects, opening, ...(stalls ? [STALLED] : []));
}

/** The picture stopped though the viewer wants it to move. */
function stalled(play: ActivePlay, nowMs: number): SessionState {
  return { status: 'rebuffering', sinceMs: nowMs, play: { ...play, rebufferCount: play.rebufferCount + 1 } };
}

const FAILURES = {
  decode: ['media/decode', 'The engine could not decode the media.'],
  unsupported: ['media/unsupported', 'The engine cannot play this title.'],
  fetch: ['delivery/no-server-left', 'A segment could not be fetched.'],
} as const;

function errorOf({ cause, error, positionMs }: EventOf<'engine-failed'>): PlayerError {
  if (isPlayerError(error)) return error;
  const [code, message] = FAILURES[cause];
  const context = { positionMs, cause: error instanceof Error ? error.message : String(error) };
  return new PlayerError(code, message, context, { cause: error });
}
