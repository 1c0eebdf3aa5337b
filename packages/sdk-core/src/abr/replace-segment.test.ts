import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenditionView } from '../manifest/presentation.ts';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { PlannedWorth } from './planned-worth.ts';
import { type ReplaceContext, replaceSegment } from './replace-segment.ts';

const { video } = presentationOf(
  samplePlayResponse({ videoBps: [300_000, 800_000, 1_600_000, 3_000_000], segments: 60 }),
);
const view = (rung: number): RenditionView => {
  const found = video[rung];
  if (!found) throw new RangeError(`no rung ${rung}`);
  return found;
};
const worth = new PlannedWorth();

/** Segments of 4 s, the first of them half played; the next one would be the best. */
function buffered(rungs: readonly number[], more: Partial<ReplaceContext> = {}): ReplaceContext {
  const segmentNumber = 10 + rungs.length;
  return {
    video,
    segmentNumber,
    bufferAheadMs: rungs.length * 4000 - 2000,
    bufferGoalMs: 30_000,
    throughputBps: 12_000_000,
    latencyMs: 50,
    current: view(rungs.at(-1) ?? 0),
    buffered: rungs.map((rung, at) => ({ segmentNumber: 10 + at, rendition: view(rung), dueInMs: at * 4000 - 2000 })),
    next: view(3),
    ...more,
  };
}

describe('a buffer with low segments', () => {
  it('gets all of them again that the line can bring in time, the first of them first', () => {
    const { segmentNumber, rendition, reason } = replaceSegment(buffered([0, 0, 0, 0, 0, 0, 0]), worth, 1);
    expect({ segmentNumber, rendition: rendition?.renditionId, reason }).toEqual({
      segmentNumber: 11,
      rendition: view(3).renditionId,
      reason: 'worth-its-buffer',
    });
  });

  it('gets fewer of them on a line that is hardly fast enough', () => {
    const slower = buffered([0, 0, 0, 0, 0, 0, 0], { throughputBps: 4_000_000 });
    expect(replaceSegment(slower, worth, 1).segmentNumber).toBeGreaterThan(11);
  });

  it('goes on with what it has begun', () => {
    expect(replaceSegment(buffered([0, 0, 3, 0, 0, 0, 0]), worth, 1).segmentNumber).toBe(13);
  });

  it('fills a dip', () => {
    expect(replaceSegment(buffered([3, 3, 3, 3, 0, 3, 3]), worth, 1).segmentNumber).toBe(14);
  });

  it('stays as it is where nothing is lower than what comes next', () => {
    expect(replaceSegment(buffered([3, 3, 3, 3, 3]), worth, 1)).toEqual({ reason: 'no-gain' });
    expect(replaceSegment(buffered([0, 0, 0, 0, 0], { next: view(0) }), worth, 1)).toEqual({ reason: 'no-gain' });
  });

  it('stays as it is where little is ahead, or the network is unknown or slow', () => {
    expect(replaceSegment(buffered([0, 0]), worth, 1).reason).toBe('buffer-low');
    expect(replaceSegment(buffered([0, 0, 0, 0], { throughputBps: undefined }), worth, 1).reason).toBe('unmeasured');
    expect(replaceSegment(buffered([0, 0, 0, 0], { throughputBps: 400_000 }), worth, 1).reason).toBe('no-gain');
  });

  it('keeps to the limits', () => {
    const limited = buffered([0, 0, 0, 0, 0, 0, 0], { limits: { maxVideoBps: 1_000_000 }, next: view(1) });
    const { rendition } = replaceSegment(limited, worth, 1);
    expect(rendition?.averageBps ?? 0).toBeLessThanOrEqual(1_000_000);
  });

  it('never loses a segment that plays or is about to, and never gets a lower one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 8 }),
        fc.integer({ min: 200_000, max: 30_000_000 }),
        (rungs, throughputBps) => {
          const context = buffered(rungs, { throughputBps });
          const { segmentNumber, rendition, withinMs = 0 } = replaceSegment(context, worth, 1);
          if (segmentNumber === undefined) return;
          const before = context.buffered.find((one) => one.segmentNumber === segmentNumber);
          expect(before?.dueInMs).toBeGreaterThanOrEqual(withinMs);
          expect(rendition?.averageBps).toBeGreaterThan(before?.rendition.averageBps ?? 0);
        },
      ),
    );
  });
});
