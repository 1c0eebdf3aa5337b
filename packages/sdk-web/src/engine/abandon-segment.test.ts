import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLoadingSegment, type LoadingSegment } from './abandon-segment.ts';

/** 400 kB to go at 25 kB/s: sixteen seconds. The lowest rendition would take two. */
const slow: LoadingSegment = {
  remainingBytes: 400_000,
  recentBytesPerMs: 25,
  silentForMs: 10,
  lateForMs: 4000,
  bufferAheadMs: 3000,
  lowestBytes: 50_000,
};

describe('a segment that loads slowly', () => {
  it('is given up when it would come too late and a smaller one just in time', () => {
    expect(judgeLoadingSegment(slow)).toEqual({ abandon: true, reason: 'would-rebuffer' });
  });

  it('is kept while a smaller one can wait', () => {
    expect(judgeLoadingSegment({ ...slow, bufferAheadMs: 8000 })).toMatchObject({ late: true, reason: 'time-left' });
  });

  it('is kept while the core has not had its time to find a faster server', () => {
    expect(judgeLoadingSegment({ ...slow, lateForMs: 1000 })).toMatchObject({
      late: true,
      reason: 'other-server-first',
    });
  });

  it('is kept when it comes in time', () => {
    expect(judgeLoadingSegment({ ...slow, bufferAheadMs: 17_000 })).toMatchObject({ late: false, reason: 'in-time' });
  });

  it('is kept on a server that sends nothing: another server is the cure, not another size', () => {
    expect(judgeLoadingSegment({ ...slow, silentForMs: 500 })).toMatchObject({ late: false, reason: 'silent' });
    expect(judgeLoadingSegment({ ...slow, recentBytesPerMs: 0 })).toMatchObject({ late: false, reason: 'silent' });
  });

  it('is kept when starting over gains little, as when it is nearly done', () => {
    expect(judgeLoadingSegment({ ...slow, remainingBytes: 60_000, bufferAheadMs: 1000 })).toMatchObject({
      late: true,
      reason: 'no-gain',
    });
  });

  it('is never given up for one that comes no sooner', () => {
    const positive = fc.double({ min: 1, max: 1e6, noNaN: true });
    const segments = fc.record({
      remainingBytes: positive,
      recentBytesPerMs: positive,
      silentForMs: fc.constant(0),
      lateForMs: positive,
      bufferAheadMs: positive,
      lowestBytes: positive,
    });
    fc.assert(
      fc.property(segments, (segment) => {
        if (judgeLoadingSegment(segment).abandon) expect(segment.lowestBytes).toBeLessThan(segment.remainingBytes);
      }),
    );
  });
});
