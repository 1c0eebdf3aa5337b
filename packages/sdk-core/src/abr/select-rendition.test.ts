import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { type AbrContext, selectRendition } from './select-rendition.ts';

const videoBps = [300_000, 800_000, 1_600_000, 3_000_000, 6_000_000];
const { video } = presentationOf(samplePlayResponse({ videoBps, segments: 30 }));
const indexOfChoice = (context: AbrContext): number => video.indexOf(selectRendition(context).rendition);

const contexts = fc.record({
  segmentNumber: fc.nat(29),
  bufferAheadMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60_000 })),
  current: fc.oneof(fc.constant(undefined), fc.constantFrom(...video)),
  throughputBps: fc.oneof(fc.constant(undefined), fc.integer({ min: 1000, max: 30_000_000 })),
  audioBps: fc.constantFrom(0, 128_000),
});

describe('at the start', () => {
  it('takes a low-middle rung while nothing is measured', () => {
    const start = selectRendition({ video, segmentNumber: 0, bufferAheadMs: 0 });
    expect(start).toEqual({ rendition: video[1], reason: 'start-cautious' });
  });

  it('takes the lowest rung where even the middle is costly', () => {
    const costly = presentationOf(samplePlayResponse({ videoBps: [2e6, 4e6, 8e6] })).video;
    expect(selectRendition({ video: costly, segmentNumber: 0, bufferAheadMs: 0 }).rendition).toBe(costly[0]);
  });

  it('uses a throughput that is already known, so that the first segment still comes soon', () => {
    const choice = selectRendition({ video, segmentNumber: 0, bufferAheadMs: 0, throughputBps: 8e6 });
    const first = choice.rendition.segments[0];
    expect(choice.reason).toBe('start-measured');
    expect(((first!.endByte - first!.startByte) * 8) / 8e6).toBeLessThan(2);
    expect(choice.rendition).toBe(video[2]);
  });
});

describe('while playing', () => {
  const at = (current: number, throughputBps: number, bufferAheadMs: number): [number, string] => {
    const choice = selectRendition({ video, segmentNumber: 4, bufferAheadMs, throughputBps, current: video[current] });
    return [video.indexOf(choice.rendition), choice.reason];
  };

  it('goes up only with a margin, and then as far as the network sustains', () => {
    expect(at(2, 3.2e6, 20_000)).toEqual([2, 'in-time']);
    expect(at(2, 5.5e6, 20_000)).toEqual([3, 'better-by-margin']);
    expect(at(0, 20e6, 20_000)).toEqual([4, 'better-by-margin']);
  });

  it('stays on the buffer through a short dip', () => {
    expect(at(3, 2.9e6, 25_000)).toEqual([3, 'in-time']);
  });

  it('goes down at once, and as far as needed, when the network falls with little in the buffer', () => {
    expect(at(4, 1.5e6, 7000)).toEqual([1, 'buffer-low']);
    expect(at(4, 100_000, 7000)).toEqual([0, 'lowest']);
  });

  it('settles on one rung under a constant rate instead of swinging', () => {
    let current = video[0]!;
    let bufferMs = 4000;
    let switches = 0;
    for (let segmentNumber = 1; segmentNumber < 30; segmentNumber++) {
      const { rendition } = selectRendition({
        video,
        segmentNumber,
        bufferAheadMs: bufferMs,
        throughputBps: 2.6e6,
        current,
      });
      if (rendition !== current) switches++;
      current = rendition;
      const segment = rendition.segments[segmentNumber]!;
      bufferMs = Math.min(
        30_000,
        bufferMs - ((segment.endByte - segment.startByte) * 8000) / 2.6e6 + segment.durationMs,
      );
      expect(bufferMs).toBeGreaterThan(0);
    }
    expect(current).toBe(video[2]);
    expect(switches).toBeLessThanOrEqual(3);
  });
});

describe('always', () => {
  it('keeps within the limits, where any rendition does', () => {
    fc.assert(
      fc.property(
        contexts,
        fc.integer({ min: 300_000, max: 7e6 }),
        fc.integer({ min: 180, max: 1000 }),
        (context, maxVideoBps, maxHeightPx) => {
          const { rendition } = selectRendition({ ...context, video, limits: { maxVideoBps, maxHeightPx } });
          expect(rendition.averageBps).toBeLessThanOrEqual(maxVideoBps);
          expect(rendition.heightPx).toBeLessThanOrEqual(maxHeightPx);
        },
      ),
    );
  });

  it('gives the lowest where no rendition is within the limits', () => {
    expect(
      indexOfChoice({ video, segmentNumber: 0, bufferAheadMs: 9000, throughputBps: 1e7, limits: { maxVideoBps: 1 } }),
    ).toBe(0);
  });

  it('never answers a higher throughput with a lower rendition', () => {
    fc.assert(
      fc.property(
        contexts,
        fc.integer({ min: 1000, max: 3e7 }),
        fc.integer({ min: 0, max: 3e7 }),
        (context, throughputBps, more) => {
          const lower = indexOfChoice({ ...context, video, throughputBps });
          expect(indexOfChoice({ ...context, video, throughputBps: throughputBps + more })).toBeGreaterThanOrEqual(
            lower,
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never goes up into a rendition that the estimate does not carry', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        fc.pre(context.throughputBps !== undefined && context.bufferAheadMs > 0 && context.current !== undefined);
        const { rendition, reason } = selectRendition({ ...context, video });
        if (reason !== 'better-by-margin') return;
        const next = rendition.segments.slice(context.segmentNumber, context.segmentNumber + 5);
        const bits = next.reduce((sum, segment) => sum + (segment.endByte - segment.startByte) * 8, 0);
        const durationMs = next.reduce((sum, segment) => sum + segment.durationMs, 0);
        expect((bits * 1000) / durationMs).toBeLessThan(context.throughputBps ?? 0);
      }),
    );
  });

  it('decides in less than a tenth of a millisecond', () => {
    const context: AbrContext = { video, segmentNumber: 7, bufferAheadMs: 9000, throughputBps: 1e6, current: video[4] };
    for (let warm = 0; warm < 2000; warm++) selectRendition(context);
    const startMs = performance.now();
    for (let run = 0; run < 5000; run++) selectRendition(context);
    expect((performance.now() - startMs) / 5000).toBeLessThan(0.1);
  });
});
