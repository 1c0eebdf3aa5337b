import type { SegmentIndex } from '../messages.ts';

/** One segment in its file. */
export interface SegmentRange {
  readonly durationMs: number;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
}

/** Where the segments of an index lie: contiguous, from `offset0` on. */
export function segmentRanges({ offset0, sizes, durationsMs }: SegmentIndex): SegmentRange[] {
  let startByte = offset0;
  return sizes.map((size, number) => {
    const endByte = startByte + size;
    const range = { durationMs: durationsMs[number] ?? 0, startByte, endByte };
    startByte = endByte;
    return range;
  });
}
