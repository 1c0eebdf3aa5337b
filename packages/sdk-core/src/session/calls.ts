import { PlayerError } from '../errors/player-error.ts';
import { leaveStatus, running, to } from './leave-status.ts';
import type { ActivePlay, EventOf, SessionEffect, SessionState, Transition } from './session-state.ts';

const NOTHING_LOADED = 'Nothing is loaded.';
const NO_POSITION = 'A position is a finite number of milliseconds, 0 or more.';

export function load(state: SessionState, event: EventOf<'load'>): Transition {
  if (state.status === 'destroyed') return refuse(state, 'load', 'The player is destroyed.');
  if (event.titleId === '') return refuse(state, 'load', 'A title id is needed.');
  if (!isPosition(event.startAtMs)) return refuse(state, 'load', NO_POSITION);
  const { titleId, startAtMs, autoplay, nowMs } = event;
  const loading: SessionState = { status: 'loading', titleId, startAtMs, wantsPlay: autoplay, loadedAtMs: nowMs };
  return to(loading, ...closing(state), { type: 'request-play', titleId });
}

/** A new play of what failed, from the position it had reached. */
export function retry(state: SessionState, { nowMs }: EventOf<'retry'>): Transition {
  if (state.status !== 'failed') return refuse(state, 'retry', 'Nothing has failed.');
  const { again } = state;
  return to({ status: 'loading', loadedAtMs: nowMs, ...again }, { type: 'request-play', titleId: again.titleId });
}

export function play(state: SessionState): Transition {
  if (state.status === 'loading') return to({ ...state, wantsPlay: true });
  const active = running(state);
  if (!active) return refuse(state, 'play', NOTHING_LOADED);
  const wanting = { ...active, wantsPlay: true };
  if (state.status === 'ended')
    return to({ status: 'seeking', play: wanting }, { type: 'engine-seek', positionMs: 0 }, { type: 'engine-play' });
  if (active.wantsPlay && state.status !== 'paused') return to(state);
  return to(withPlay(state, wanting), { type: 'engine-play' });
}

export function pause(state: SessionState, { nowMs }: EventOf<'pause'>): Transition {
  if (state.status === 'loading') return to({ ...state, wantsPlay: false });
  const active = running(state);
  if (!active) return refuse(state, 'pause', NOTHING_LOADED);
  const isMoving = state.status === 'playing' || state.status === 'rebuffering';
  if (!isMoving && !active.wantsPlay) return to(state);
  const paused = (before: ActivePlay): SessionState => {
    const quiet = { ...before, wantsPlay: false };
    return isMoving ? { status: 'paused', play: quiet } : withPlay(state, quiet);
  };
  return leaveStatus(state, nowMs, paused, { type: 'engine-pause' });
}

export function seek(state: SessionState, { positionMs, nowMs }: EventOf<'seek'>): Transition {
  if (!isPosition(positionMs)) return refuse(state, 'seek', NO_POSITION);
  if (state.status === 'loading') return to({ ...state, startAtMs: positionMs });
  const active = running(state);
  if (!active) return refuse(state, 'seek', NOTHING_LOADED);
  const effect: SessionEffect = { type: 'engine-seek', positionMs: Math.min(positionMs, active.durationMs) };
  return leaveStatus(state, nowMs, (before) => ({ status: 'seeking', play: before }), effect);
}

export function stop(state: SessionState): Transition {
  return state.status === 'destroyed' ? to(state) : to({ status: 'idle' }, ...closing(state));
}

export function destroy(state: SessionState): Transition {
  return to({ status: 'destroyed' }, ...closing(state));
}

function closing(state: SessionState): readonly SessionEffect[] {
  return state.status === 'loading' || running(state) ? [{ type: 'close' }] : [];
}

function withPlay(state: SessionState, play: ActivePlay): SessionState {
  return 'play' in state ? { ...state, play } : state;
}

const isPosition = (positionMs: number): boolean => Number.isFinite(positionMs) && positionMs >= 0;

function refuse(state: SessionState, call: string, why: string): Transition {
  const context = { call, state: state.status };
  return to(state, { type: 'refuse', error: new PlayerError('player/invalid-call', `${call}(): ${why}`, context) });
}
