import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { type DroppedFrames, droppedFramesLimit, NO_DROPPED_FRAMES, noteFrames } from './limits-dropped-frames.ts';

const { video } = presentationOf(samplePlayResponse());
const [low, , , high] = video;

/** Looks every second at a device that drops a share of 25 frames in each. */
function watch(
  seconds: number,
  share: number,
  from: { state: DroppedFrames; atMs: number } = { state: NO_DROPPED_FRAMES, atMs: 0 },
  shown = high,
): { state: DroppedFrames; atMs: number } {
  let { state, atMs } = from;
  const [dropped, total] = [state.fromDropped, state.fromTotal];
  for (let second = 0; second <= seconds; second++) {
    const counts = { droppedFrames: dropped + Math.round(second * 25 * share), totalFrames: total + second * 25 };
    state = noteFrames(state, counts, shown, atMs);
    atMs += 1000;
  }
  return { state, atMs };
}

describe('dropped frames', () => {
  it('cap the rendition that is too much for the device, for a while', () => {
    const { state, atMs } = watch(8, 0.3);
    expect(droppedFramesLimit(state, atMs)).toEqual({ maxVideoBps: (high?.averageBps ?? 0) - 1 });
    expect(droppedFramesLimit(state, atMs + 30_000)).toBeUndefined();
  });

  it('cap it for longer each time', () => {
    const first = watch(8, 0.3);
    const again = watch(8, 0.3, { state: first.state, atMs: 100_000 });
    expect(droppedFramesLimit(again.state, 150_000)).toBeDefined();
    expect(again.state.untilMs - again.atMs).toBeGreaterThan(first.state.untilMs - first.atMs + 20_000);
  });

  it('are none of a rendition that was just changed to, nor of a short burst', () => {
    const shown = watch(30, 0, undefined, low);
    const burst = watch(3, 0.9, { state: shown.state, atMs: shown.atMs });
    expect(droppedFramesLimit(burst.state, burst.atMs)).toBeUndefined();
  });

  it('begin again with a new decoder, that counts from zero', () => {
    const before = watch(4, 0.05);
    const fresh = noteFrames(
      { ...before.state, fromTotal: 5000, fromDropped: 900 },
      { droppedFrames: 0, totalFrames: 0 },
      high,
      0,
    );
    expect(fresh).toMatchObject({ fromDropped: 0, fromTotal: 0, caps: 0 });
  });

  it('say nothing where nobody counts them', () => {
    expect(noteFrames(NO_DROPPED_FRAMES, {}, high, 0)).toBe(NO_DROPPED_FRAMES);
  });

  it('never cap a device that shows more than nine of ten', () => {
    // Frames are whole: of 25 in a second, two dropped are the most that stay below a tenth.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 200 }), (perSecond, seconds) => {
        expect(watch(seconds, perSecond / 25).state.caps).toBe(0);
      }),
    );
  });
});
