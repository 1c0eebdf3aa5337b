import {
  type ActivePlay,
  activePlayOf,
  type SessionEffect,
  type SessionState,
  type Transition,
} from './session-state.ts';

/** A play that has not failed. */
export function running(state: SessionState): ActivePlay | undefined {
  return state.status === 'failed' ? undefined : activePlayOf(state);
}

export function to(state: SessionState, ...effects: readonly SessionEffect[]): Transition {
  return { state, effects };
}

/** A running play goes on as `next` says; a rebuffer that ends by it is put to its account. Without a play nothing happens. */
export function leaveStatus(
  state: SessionState,
  nowMs: number,
  next: (play: ActivePlay) => SessionState,
  ...effects: readonly SessionEffect[]
): Transition {
  const play = running(state);
  if (!play) return to(state);
  if (state.status !== 'rebuffering') return to(next(play), ...effects);
  const lastedMs = Math.max(0, nowMs - state.sinceMs);
  const accounted = { ...play, rebufferMs: play.rebufferMs + lastedMs };
  return to(next(accounted), ...effects, { type: 'emit-rebuffer', phase: 'end', lastedMs });
}
