/** A video segment that is being loaded, and the smallest one that could be loaded in its place. */
export interface LoadingSegment {
  readonly remainingBytes: number;
  /** Of the last second, so that a hand-over to a faster server counts soon. */
  readonly recentBytesPerMs: number;
  /** Since its last byte, or since it was asked for. */
  readonly silentForMs: number;
  /** For how long without a break it was judged to come too late. */
  readonly lateForMs: number;
  readonly bufferAheadMs: number;
  /** The same segment in the lowest rendition. */
  readonly lowestBytes: number;
}

export type AbandonVerdict =
  | { readonly abandon: true; readonly reason: 'would-rebuffer' }
  | { readonly abandon: false; readonly late: true; readonly reason: 'other-server-first' | 'time-left' | 'no-gain' }
  | { readonly abandon: false; readonly late: false; readonly reason: 'silent' | 'in-time' };

/** Longer than this without a byte is a server that hangs, not one that is slow. */
const SILENCE_MS = 300;
/** The core needs about two seconds to see that a server is slow and to go on with another one. */
const PATIENCE_MS = 3000;
const LAST_MOMENT_FACTOR = 1.5;
const LAST_MOMENT_MARGIN_MS = 500;
const LEAST_GAIN = 2;

/**
 * Whether to give up a segment for a smaller one. It costs the bytes already delivered, so it is the last resort:
 * only when the segment would surely come too late, only at the last moment at which a smaller one still comes in
 * time, and only after the core had its time to find a faster server. A server that sends nothing says nothing about
 * the segment's size: that is the core's to cure.
 */
export function judgeLoadingSegment(segment: LoadingSegment): AbandonVerdict {
  const { remainingBytes, recentBytesPerMs, bufferAheadMs, lowestBytes } = segment;
  if (segment.silentForMs > SILENCE_MS || recentBytesPerMs <= 0)
    return { abandon: false, late: false, reason: 'silent' };
  const remainingMs = remainingBytes / recentBytesPerMs;
  if (remainingMs <= bufferAheadMs) return { abandon: false, late: false, reason: 'in-time' };
  const replacementMs = lowestBytes / recentBytesPerMs;
  if (replacementMs * LEAST_GAIN > remainingMs) return { abandon: false, late: true, reason: 'no-gain' };
  const lastMomentMs = replacementMs * LAST_MOMENT_FACTOR + LAST_MOMENT_MARGIN_MS;
  if (bufferAheadMs > lastMomentMs) return { abandon: false, late: true, reason: 'time-left' };
  if (segment.lateForMs < PATIENCE_MS) return { abandon: false, late: true, reason: 'other-server-first' };
  return { abandon: true, reason: 'would-rebuffer' };
}
