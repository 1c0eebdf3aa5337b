import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFrameRate, chooseLadder, DEFAULT_LADDER, fpsOf, framesPerSegment } from './choose-ladder.ts';
import type { Probe } from './probe.ts';

const probeOf = (widthPx: number, heightPx: number, frameRate = 25): Probe => ({
  video: { streamIndex: 0, widthPx, heightPx, frameRate, interlaced: false },
  audio: undefined,
  text: [],
  durationMs: 10_000,
});
const sizesOf = (widthPx: number, heightPx: number) =>
  chooseLadder(probeOf(widthPx, heightPx)).video.map((rung) => `${rung.widthPx}x${rung.heightPx}`);

describe('the ladder', () => {
  it('ends at 720p for a large source', () => {
    expect(sizesOf(3840, 2160)).toEqual(['1280x720', '960x540', '768x432', '640x360', '416x234']);
    expect(chooseLadder(probeOf(3840, 2160)).reason).toBe('full');
  });

  it('turns with a portrait source', () => {
    expect(sizesOf(1080, 1920)[0]).toBe('720x1280');
  });

  it('shrinks with a small source, in size and in rate', () => {
    const { video, reason } = chooseLadder(probeOf(640, 360));
    expect(reason).toBe('scaled-to-source');
    expect(video.map((rung) => rung.heightPx)).toEqual([360, 270, 216, 180, 118]);
    expect(video[0]?.maxBps).toBeLessThan(DEFAULT_LADDER.video[0]?.maxBps ?? 0);
  });

  it('holds a very wide strip to a length that decoders take', () => {
    expect(sizesOf(10_000, 200).every((size) => Number(size.split('x')[0]) <= 1728)).toBe(true);
  });

  it('keeps a language and gives a silent source no audio', () => {
    expect(chooseLadder(probeOf(640, 360)).audio).toEqual([]);
    const audio = { streamIndex: 1, channels: 6, language: 'de' };
    expect(chooseLadder({ ...probeOf(640, 360), audio }).audio).toMatchObject([
      { renditionId: 'a128', language: 'de' },
    ]);
  });

  it('has five rungs with names and rates of their own, even sides, never larger than the source, for any source', () => {
    fc.assert(
      fc.property(fc.integer({ min: 64, max: 8000 }), fc.integer({ min: 64, max: 8000 }), (widthPx, heightPx) => {
        const { video } = chooseLadder(probeOf(widthPx, heightPx));
        expect(new Set(video.map((rung) => rung.renditionId)).size).toBe(5);
        expect(new Set(video.map((rung) => rung.maxBps)).size).toBe(5);
        for (const rung of video) {
          expect((rung.widthPx % 2) + (rung.heightPx % 2)).toBe(0);
          expect(rung.renditionId).toMatch(/^[a-z0-9][a-z0-9-]{0,31}$/);
          expect(rung.widthPx).toBeLessThanOrEqual(Math.max(32, widthPx));
          expect(rung.heightPx).toBeLessThanOrEqual(Math.max(32, heightPx));
        }
      }),
    );
  });

  it('keeps the shape of the picture, to a pixel of rounding', () => {
    const shape = fc.record({
      long: fc.integer({ min: 320, max: 4000 }),
      aspect: fc.double({ min: 1, max: 2.39, noNaN: true }),
    });
    fc.assert(
      fc.property(shape, ({ long, aspect }) => {
        const short = Math.round(long / aspect);
        for (const { widthPx, heightPx } of chooseLadder(probeOf(long, short)).video)
          expect(Math.abs(widthPx - (heightPx * long) / short)).toBeLessThanOrEqual(2 + 2.4 * 2);
      }),
    );
  });

  it('lowers the quality of rungs that a tiny source forces to the same size', () => {
    const crfs = chooseLadder(probeOf(40, 32)).video.map((rung) => rung.crf);
    expect(new Set(crfs).size).toBe(5);
  });
});

describe('the frame rate', () => {
  it.each([
    [25, 25],
    [29.97, 30_000 / 1001],
    [23.976, 24_000 / 1001],
    [12.5, 12.5],
    [22.7, 24_000 / 1001],
    [1, 10],
    [120, 60],
  ])('of %d frames per second becomes %d', (averageFps, expected) => {
    expect(fpsOf(chooseFrameRate(averageFps))).toBe(expected);
  });

  it('gives segments of about two seconds', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 240, noNaN: true }), (averageFps) => {
        const rate = chooseFrameRate(averageFps);
        expect(Math.abs(framesPerSegment(rate) / fpsOf(rate) - 2)).toBeLessThan(0.01);
      }),
    );
  });
});
