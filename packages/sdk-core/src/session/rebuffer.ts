import type { ActivePlay, SessionEffect, SessionState } from './session-state.ts';

/** The play with a running rebuffer put to its account; unchanged where none runs. */
export function endRebuffer(
  state: SessionState,
  play: ActivePlay,
  nowMs: number,
): { readonly play: ActivePlay; readonly effects: readonly SessionEffect[] } {
  if (state.status !== 'rebuffering') return { play, effects: [] };
  const lastedMs = Math.max(0, nowMs - state.sinceMs);
  return {
    play: { ...play, rebufferMs: play.rebufferMs + lastedMs },
    effects: [{ type: 'emit-rebuffer', phase: 'end', lastedMs }],
  };
}

/** The picture stopped though the viewer wants it to move. */
export function startRebuffer(
  play: ActivePlay,
  nowMs: number,
): { readonly state: SessionState; readonly effects: readonly SessionEffect[] } {
  return {
    state: { status: 'rebuffering', sinceMs: nowMs, play: { ...play, rebufferCount: play.rebufferCount + 1 } },
    effects: [{ type: 'emit-rebuffer', phase: 'start' }],
  };
}
