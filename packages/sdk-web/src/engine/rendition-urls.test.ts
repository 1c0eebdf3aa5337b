import { describe, expect, it } from 'vitest';
import { segmentNumberAfter } from './rendition-urls.ts';

const segments = [0, 4000, 8000].map((startMs, number) => ({
  startMs,
  durationMs: 4000,
  startByte: number * 10,
  endByte: number * 10 + 10,
}));

describe('the segment after the buffer', () => {
  it('is the one that holds the end of the buffer', () => {
    expect(segmentNumberAfter(segments, 0, 250)).toBe(0);
    expect(segmentNumberAfter(segments, 3000, 250)).toBe(0);
    expect(segmentNumberAfter(segments, 5000, 250)).toBe(1);
  });

  it('is the next one where the buffer ends a little before the border', () => {
    expect(segmentNumberAfter(segments, 3900, 250)).toBe(1);
    expect(segmentNumberAfter(segments, 4000, 250)).toBe(1);
  });

  it('is the last one after the end', () => {
    expect(segmentNumberAfter(segments, 12_000, 250)).toBe(2);
    expect(segmentNumberAfter([], 0, 250)).toBe(0);
  });
});
