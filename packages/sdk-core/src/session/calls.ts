import { PlayerError } from '../errors/player-error.ts';
import { endRebuffer } from './rebuffer.ts';
import {
  type ActivePlay,
  activePlayOf,
  type SessionEffect,
  type SessionEvent,
  type SessionState,
  type Transition,
} from './session-state.ts';

type Call<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

export function load(state: SessionState, event: Call<'load'>): Transition {
  if (state.status === 'destroyed') return refuse(state, 'load', 'The player is destroyed.');
  if (event.titleId === '') return refuse(state, 'load', 'A title id is needed.');
  if (!isPosition(event.startAtMs))
    return refuse(state, 'load', 'startAtMs is a finite number of milliseconds, 0 or more.');
  const { titleId, startAtMs, autoplay, nowMs } = event;
  return {
    state: { status: 'loading', titleId, startAtMs, wantsPlay: autoplay, loadedAtMs: nowMs },
    effects: [...closing(state), { type: 'request-play', titleId }],
  };
}

/** A new play of what failed, from the position it had reached. */
export function retry(state: SessionState, nowMs: number): Transition {
  if (state.status !== 'failed') return refuse(state, 'retry', 'Nothing has failed.');
  const { again } = state;
  return to({ status: 'loading', loadedAtMs: nowMs, ...again }, { type: 'request-play', titleId: again.titleId });
}

export function play(state: SessionState): Transition {
  if (state.status === 'loading') return to({ ...state, wantsPlay: true });
  const active = running(state);
  if (!active) return refuse(state, 'play', 'Nothing is loaded.');
  const wanting = withPlay(state, { ...active, wantsPlay: true });
  if (state.status === 'ended') {
    const seeking: SessionState = { status: 'seeking', play: { ...active, wantsPlay: true } };
    return to(seeking, { type: 'engine-seek', positionMs: 0 }, { type: 'engine-play' });
  }
  return active.wantsPlay && state.status !== 'paused' ? to(wanting) : to(wanting, { type: 'engine-play' });
}

export function pause(state: SessionState, nowMs: number): Transition {
  if (state.status === 'loading') return to({ ...state, wantsPlay: false });
  const active = running(state);
  if (!active) return refuse(state, 'pause', 'Nothing is loaded.');
  const quiet = { ...active, wantsPlay: false };
  if (state.status === 'playing') return to({ status: 'paused', play: quiet }, { type: 'engine-pause' });
  if (state.status === 'rebuffering') {
    const ended = endRebuffer(state, quiet, nowMs);
    return to({ status: 'paused', play: ended.play }, { type: 'engine-pause' }, ...ended.effects);
  }
  return active.wantsPlay ? to(withPlay(state, quiet), { type: 'engine-pause' }) : to(state);
}

export function seek(state: SessionState, { positionMs, nowMs }: Call<'seek'>): Transition {
  if (!isPosition(positionMs))
    return refuse(state, 'seek', 'A position is a finite number of milliseconds, 0 or more.');
  if (state.status === 'loading') return to({ ...state, startAtMs: positionMs });
  const active = running(state);
  if (!active) return refuse(state, 'seek', 'Nothing is loaded.');
  const ended = endRebuffer(state, active, nowMs);
  const effect: SessionEffect = { type: 'engine-seek', positionMs: Math.min(positionMs, active.durationMs) };
  return to({ status: 'seeking', play: ended.play }, effect, ...ended.effects);
}

export function stop(state: SessionState): Transition {
  return state.status === 'destroyed' ? to(state) : to({ status: 'idle' }, ...closing(state));
}

export function destroy(state: SessionState): Transition {
  return to({ status: 'destroyed' }, ...closing(state));
}

/** A play that has not failed. */
export function running(state: SessionState): ActivePlay | undefined {
  return state.status === 'failed' ? undefined : activePlayOf(state);
}

export function to(state: SessionState, ...effects: readonly SessionEffect[]): Transition {
  return { state, effects };
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
