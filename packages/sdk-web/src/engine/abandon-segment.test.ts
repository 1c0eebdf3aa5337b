import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLoadingSegment, type LoadingSegment } from './abandon-segment.ts';

/** 400 kB to go at 25 kB/s: sixteen seconds. The lowest rendition would take two. */
const slow: LoadingSegment = {
  loadingForMs: 2000,
  remainingBytes: 400_000,
  recentBytesPerMs: 25,
  bufferAheadMs: 3000,
  lowestBytes: 50_000,
};

describe('a segment that loads slowly', () => {
  it('is given up when it would come too late and a smaller one just in time', () => {
    expect(judgeLoadingSegment(slow)).toEqual({ abandon: true, reason: 'would-rebuffer' });
  });

  it('is kept while there is time for the core to find a faster server', () => {
    expect(judgeLoadingSegment({ ...slow, bufferAheadMs: 8000 }).reason).toBe('other-server-first');
  });

  it('is kept when it comes in time', () => {
    expect(judgeLoadingSegment({ ...slow, bufferAheadMs: 17_000 }).reason).toBe('in-time');
  });

  it('is kept until the rate was measured', () => {
    expect(judgeLoadingSegment({ ...slow, loadingForMs: 400 }).reason).toBe('too-early');
  });

  it('is kept on a server that sends nothing: another server is the cure, not another size', () => {
    expect(judgeLoadingSegment({ ...slow, recentBytesPerMs: 0 }).reason).toBe('no-bytes');
  });

  it('is kept when starting over gains little, as in the lowest rendition itself', () => {
    expect(judgeLoadingSegment({ ...slow, remainingBytes: 60_000, bufferAheadMs: 1000 }).reason).toBe('no-gain');
  });

  it('is never given up for one that comes no sooner', () => {
    const positive = fc.double({ min: 1, max: 1e7, noNaN: true });
    const segments = fc.record({
      loadingForMs: positive,
      remainingBytes: positive,
      recentBytesPerMs: positive,
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
