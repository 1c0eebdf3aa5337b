import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import type { AbrContext } from './abr-context.ts';
import { throughputRule } from './throughput-rule.ts';

const videoBps = [300_000, 800_000, 1_600_000, 3_000_000, 6_000_000];
const { video } = presentationOf(samplePlayResponse({ videoBps, segments: 30 }));
const indexOfChoice = (context: AbrContext): number => video.indexOf(throughputRule(context).rendition);

const contexts = fc.record({
  segmentNumber: fc.nat(29),
  bufferAheadMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60_000 })),
  current: fc.oneof(fc.constant(undefined), fc.constantFrom(...video)),
  throughputBps: fc.oneof(fc.constant(undefined), fc.integer({ min: 1000, max: 30_000_000 })),
  audioBps: fc.constantFrom(0, 128_000),
});

describe('while playing, by throughput', () => {
  const at = (current: number, throughputBps: number, bufferAheadMs: number): [number, string] => {
    const choice = throughputRule({ video, segmentNumber: 4, bufferAheadMs, throughputBps, current: video[current] });
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
});

describe('always, by throughput', () => {
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
        const { rendition, reason } = throughputRule({ ...context, video });
        if (reason !== 'better-by-margin') return;
        const next = rendition.segments.slice(context.segmentNumber, context.segmentNumber + 5);
        const bits = next.reduce((sum, segment) => sum + (segment.endByte - segment.startByte) * 8, 0);
        const durationMs = next.reduce((sum, segment) => sum + segment.durationMs, 0);
        expect((bits * 1000) / durationMs).toBeLessThan(context.throughputBps ?? 0);
      }),
    );
  });
});
