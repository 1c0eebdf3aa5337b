export interface TooSlowConfig {
  /** Judged only over at least this much of the transfer. */
  readonly minSpanMs: number;
  /** How many times sooner another server must be predicted to finish. */
  readonly margin: number;
  /** The same for a server whose throughput is only assumed. */
  readonly unmeasuredMargin: number;
  /** Less than this is finished where it is: a new connection costs more. */
  readonly minRemainingBytes: number;
  /** Slower than the media itself plays, for this long, empties any buffer; */
  readonly starvingSpanMs: number;
  /** with a deep buffer it may take this share of what lies beyond: the next range finds out what is slow, server or link. */
  readonly starvingShare: number;
  readonly deepMs: number;
  /** unless another server is predicted to be so many times sooner: no buffer is deep enough to wait for a
   *  crawl. What is predicted of idle servers falls with it for a while, as if the link were slow: much sooner is little. */
  readonly crawlMargin: number;
}

export const TOO_SLOW_DEFAULTS: TooSlowConfig = {
  minSpanMs: 800,
  margin: 1.5,
  unmeasuredMargin: 3,
  minRemainingBytes: 8 * 1024,
  starvingSpanMs: 1800,
  starvingShare: 0.6,
  deepMs: 9000,
  crawlMargin: 4,
};

export interface TooSlowInput {
  readonly remainingBytes: number;
  /** The rate of this transfer over `recentSpanMs`. */
  readonly recentBps: number;
  readonly recentSpanMs: number;
  /** From now on. */
  readonly neededInMs: number;
  /** What the rendition plays per second. */
  readonly mediaBps: number;
  /** The best other server for the remaining bytes; absent where none may be asked. */
  readonly other?: { readonly predictedMs: number; readonly isMeasured: boolean };
}

export interface TooSlowVerdict {
  readonly move: boolean;
  readonly reason: 'too-early' | 'nearly-done' | 'none-better' | 'in-time' | 'late' | 'slower-than-playback';
}

/** Leave a server that is alive but slow? Only for another that is clearly predicted to be better. */
export function judgeSlowness(input: TooSlowInput, config: TooSlowConfig = TOO_SLOW_DEFAULTS): TooSlowVerdict {
  const { remainingBytes, recentBps, recentSpanMs, neededInMs, mediaBps, other } = input;
  if (recentSpanMs < config.minSpanMs) return stay('too-early');
  if (remainingBytes < config.minRemainingBytes) return stay('nearly-done');
  const remainingMs = (remainingBytes * 8000) / Math.max(1, recentBps);
  const margin = other?.isMeasured ? config.margin : config.unmeasuredMargin;
  if (!other || other.predictedMs * margin > remainingMs) return stay('none-better');
  if (remainingMs > neededInMs) return { move: true, reason: 'late' };
  if (recentBps >= mediaBps || recentSpanMs < config.starvingSpanMs) return stay('in-time');
  const mayWait = other.predictedMs * config.crawlMargin > remainingMs;
  return mayWait && remainingMs <= (neededInMs - config.deepMs) * config.starvingShare
    ? stay('in-time')
    : { move: true, reason: 'slower-than-playback' };
}

const stay = (reason: TooSlowVerdict['reason']): TooSlowVerdict => ({ move: false, reason });
