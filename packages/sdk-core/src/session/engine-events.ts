import { isPlayerError, PlayerError } from '../errors/player-error.ts';
import { running, to } from './calls.ts';
import { endRebuffer, startRebuffer } from './rebuffer.ts';
import type { ActivePlay, SessionEffect, SessionEvent, SessionState, Transition } from './session-state.ts';

export function enginePlaying(state: SessionState, nowMs: number): Transition {
  const active = running(state);
  if (!active || state.status === 'ended') return to(state);
  const ended = endRebuffer(state, active, nowMs);
  const startupMs = active.startupMs ?? Math.max(0, nowMs - active.loadedAtMs);
  return to({ status: 'playing', play: { ...ended.play, wantsPlay: true, startupMs } }, ...ended.effects);
}

/** A stall counts where the picture had moved and should go on: not before the start, not in a seek. */
export function engineWaiting(state: SessionState, nowMs: number): Transition {
  const stalls = state.status === 'playing' || (state.status === 'paused' && state.play.wantsPlay);
  return stalls ? startRebuffer(state.play, nowMs) : to(state);
}

/** The engine paused: by our call, by its own controls, or at the end. */
export function enginePaused(state: SessionState, nowMs: number): Transition {
  const active = running(state);
  if (!active || state.status === 'ended') return to(state);
  const quiet = { ...active, wantsPlay: false };
  if (state.status === 'ready' || state.status === 'seeking') return to({ status: state.status, play: quiet });
  const ended = endRebuffer(state, quiet, nowMs);
  return to({ status: 'paused', play: ended.play }, ...ended.effects);
}

export function engineSeeking(state: SessionState, nowMs: number): Transition {
  const active = running(state);
  if (!active) return to(state);
  const ended = endRebuffer(state, active, nowMs);
  return to({ status: 'seeking', play: ended.play }, ...ended.effects);
}

export function engineSeeked(state: SessionState): Transition {
  if (state.status !== 'seeking') return to(state);
  if (state.play.startupMs === undefined) return to({ status: 'ready', play: state.play });
  return to({ status: state.play.wantsPlay ? 'playing' : 'paused', play: state.play });
}

export function engineEnded(state: SessionState, nowMs: number): Transition {
  const active = running(state);
  if (!active) return to(state);
  const ended = endRebuffer(state, active, nowMs);
  return to({ status: 'ended', play: { ...ended.play, wantsPlay: false } }, ...ended.effects);
}

export function engineFailed(state: SessionState, event: Extract<SessionEvent, { type: 'engine-failed' }>): Transition {
  const active = running(state);
  if (!active) return to(state);
  const { play, effects } = endRebuffer(state, active, event.nowMs);
  if (event.cause === 'decode' && play.decodeRetriesLeft > 0) return retry(state, play, event, effects);
  const error = errorOf(event);
  const { titleId, wantsPlay, durationMs } = play;
  const again = { titleId, wantsPlay, startAtMs: Math.max(0, Math.min(event.positionMs, durationMs)) };
  return to({ status: 'failed', error, again, play }, { type: 'close' }, ...effects, { type: 'emit-error', error });
}

/** Damaged bytes: the same position once more, from another server. */
function retry(
  state: SessionState,
  before: ActivePlay,
  event: Extract<SessionEvent, { type: 'engine-failed' }>,
  effects: readonly SessionEffect[],
): Transition {
  const play = { ...before, decodeRetriesLeft: before.decodeRetriesLeft - 1 };
  const reopen: SessionEffect = { type: 'reopen-engine', startAtMs: event.positionMs, play: play.wantsPlay };
  if (state.status === 'paused' && !play.wantsPlay) return to({ status: 'paused', play }, reopen);
  if (play.startupMs === undefined || !play.wantsPlay) return to({ status: 'ready', play }, ...effects, reopen);
  const stalled = startRebuffer(play, event.nowMs);
  return to(stalled.state, ...effects, reopen, ...stalled.effects);
}

function errorOf({ cause, error, positionMs }: Extract<SessionEvent, { type: 'engine-failed' }>): PlayerError {
  if (isPlayerError(error)) return error;
  const context = { positionMs, cause: error instanceof Error ? error.message : String(error) };
  if (cause === 'decode')
    return new PlayerError('media/decode', 'The engine could not decode the media.', context, { cause: error });
  if (cause === 'unsupported') {
    return new PlayerError('media/unsupported', 'The engine cannot play this title.', context, { cause: error });
  }
  return new PlayerError('delivery/no-server-left', 'A segment could not be fetched.', context, { cause: error });
}
