/** Judged only over at least this much of the transfer. */
const MIN_SPAN_MS = 800;
/** How many times sooner another server must be predicted to finish. */
const MARGIN = 1.5;
/** The same for a server whose throughput is only assumed. */
const UNMEASURED_MARGIN = 3;
/** Less than this is finished where it is: a new connection costs more. */
const MIN_REMAINING_BYTES = 8 * 1024;
/** Slower than the media itself plays, for this long, empties any buffer; */
const STARVING_SPAN_MS = 1800;
/** with a deep buffer it may take this share of what lies beyond: the next range finds out what is slow, server or link. */
const STARVING_SHARE = 0.6;
const DEEP_MS = 9000;
/** unless another server is predicted to be so many times sooner: no buffer is deep enough to wait for a crawl. What is
 *  predicted of idle servers falls with it for a while, as if the link were slow: much sooner is little. */
const CRAWL_MARGIN = 4;
/** Where the bytes come as fast as they play, a crawl must be seen for so long, and so long a rest be missing. */
const CRAWL_SPAN_MS = 1200;
const CRAWL_REST_MS = 1000;
/** Who brought a range slower than this times what it plays, and so many times slower than another would, crawled. */
const CRAWL_MEDIA_FACTOR = 2;
const AFTER_CRAWL_MARGIN = 3;

export interface TooSlowInput {
  readonly remainingBytes: number;
  /** The rate of this transfer over `recentSpanMs`. */
  readonly recentBps: number;
  readonly recentSpanMs: number;
  /** What the last second lets expect at most: it sees a crawl before the mean does. Absent while nothing comes at all:
   *  that is no crawl but a silence, whose deadline knows the rhythm of the connection. */
  readonly latestBps?: number;
  /** From now on. */
  readonly neededInMs: number;
  /** What the rendition plays per second. */
  readonly mediaBps: number;
  /** The best other server for the remaining bytes; absent where none may be asked. */
  readonly other?: { readonly predictedMs: number; readonly isMeasured: boolean };
}

export interface TooSlowVerdict {
  readonly move: boolean;
  readonly reason: 'too-early' | 'nearly-done' | 'none-better' | 'in-time' | 'late' | 'crawl' | 'slower-than-playback';
}

/** Leave a server that is alive but slow? Only for another that is clearly predicted to be better. */
export function judgeSlowness(input: TooSlowInput): TooSlowVerdict {
  const { remainingBytes, recentBps, recentSpanMs, latestBps, neededInMs, mediaBps, other } = input;
  if (recentSpanMs < MIN_SPAN_MS) return stay('too-early');
  if (remainingBytes < MIN_REMAINING_BYTES) return stay('nearly-done');
  const remainingMs = (remainingBytes * 8000) / Math.max(1, recentBps);
  const margin = other?.isMeasured ? MARGIN : UNMEASURED_MARGIN;
  if (!other || other.predictedMs * margin > remainingMs) return stay('none-better');
  if (remainingMs > neededInMs) return { move: true, reason: 'late' };
  const isCrawlAt = (restMs: number): boolean => other.predictedMs * CRAWL_MARGIN <= restMs;
  const isStarving = recentBps < mediaBps && recentSpanMs >= STARVING_SPAN_MS;
  const mayTakeMs = (neededInMs - DEEP_MS) * STARVING_SHARE;
  if (isStarving && (isCrawlAt(remainingMs) || remainingMs > mayTakeMs))
    return { move: true, reason: 'slower-than-playback' };
  if (latestBps === undefined) return stay('in-time');
  const latestMs = (remainingBytes * 8000) / Math.max(1, latestBps);
  const isLong = recentSpanMs >= CRAWL_SPAN_MS && latestMs > CRAWL_REST_MS;
  return isLong && isCrawlAt(latestMs) ? { move: true, reason: 'crawl' } : stay('in-time');
}

/** It brought a range at a crawl that others would not: the next one is not to begin there. */
export function wasCrawl(
  pace: { readonly spanMs: number; readonly mostBps: number },
  mediaBps: number,
  otherBps: () => number,
): boolean {
  const { spanMs, mostBps } = pace;
  const isSlow = spanMs >= MIN_SPAN_MS && mostBps < mediaBps * CRAWL_MEDIA_FACTOR;
  return isSlow && otherBps() >= mostBps * AFTER_CRAWL_MARGIN;
}

const stay = (reason: TooSlowVerdict['reason']): TooSlowVerdict => ({ move: false, reason });
