/** A video segment that is being loaded, and the smallest one that could be loaded in its place. */
export interface LoadingSegment {
  readonly loadingForMs: number;
  readonly remainingBytes: number;
  /** Of the last moments, so that a hand-over to a faster server counts soon. */
  readonly recentBytesPerMs: number;
  readonly bufferAheadMs: number;
  /** The same segment in the lowest rendition. */
  readonly lowestBytes: number;
}

export type AbandonVerdict =
  | { readonly abandon: true; readonly reason: 'would-rebuffer' }
  | {
      readonly abandon: false;
      readonly reason: 'too-early' | 'no-bytes' | 'in-time' | 'other-server-first' | 'no-gain';
    };

const MEASURE_FOR_MS = 1000;
const LAST_MOMENT_FACTOR = 1.5;
const LAST_MOMENT_MARGIN_MS = 500;
const LEAST_GAIN = 2;

/**
 * Whether to give up a segment for a smaller one. It costs the bytes already delivered, so it is the last resort:
 * only when the segment would surely come too late, and only at the last moment at which a smaller one still comes
 * in time. Until then the core looks for a faster server. A segment without any bytes says nothing about its size:
 * that is the server's fault and the core's to cure.
 */
export function judgeLoadingSegment(segment: LoadingSegment): AbandonVerdict {
  if (segment.loadingForMs < MEASURE_FOR_MS) return { abandon: false, reason: 'too-early' };
  if (segment.recentBytesPerMs <= 0) return { abandon: false, reason: 'no-bytes' };
  const remainingMs = segment.remainingBytes / segment.recentBytesPerMs;
  if (remainingMs <= segment.bufferAheadMs) return { abandon: false, reason: 'in-time' };
  const replacementMs = segment.lowestBytes / segment.recentBytesPerMs;
  if (replacementMs * LEAST_GAIN > remainingMs) return { abandon: false, reason: 'no-gain' };
  const lastMomentMs = replacementMs * LAST_MOMENT_FACTOR + LAST_MOMENT_MARGIN_MS;
  if (segment.bufferAheadMs > lastMomentMs) return { abandon: false, reason: 'other-server-first' };
  return { abandon: true, reason: 'would-rebuffer' };
}
