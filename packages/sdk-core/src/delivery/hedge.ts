export interface HedgeConfig {
  /** The pace is judged only over at least this much of the transfer. */
  readonly minSpanMs: number;
  /** Over a long way a connection is still gathering speed: as many of its round trips, up to a second span. */
  readonly minRoundTrips: number;
  readonly maxSpanMs: number;
  /** Late is what takes more than this share of the time there is. */
  readonly deadlineShare: number;
  /** How many times sooner the other server must be predicted to bring the rest. */
  readonly margin: number;
  /** The same where its throughput is only assumed. */
  readonly unmeasuredMargin: number;
  /** The same with nothing buffered, for one that has answered a probe: there is nothing to lose by asking it. */
  readonly urgentMargin: number;
  readonly urgentMs: number;
  /** Less than this is not worth a second request. */
  readonly minTailBytes: number;
}

export const HEDGE_DEFAULTS: HedgeConfig = {
  minSpanMs: 400,
  minRoundTrips: 4,
  maxSpanMs: 1000,
  deadlineShare: 0.8,
  margin: 1.5,
  unmeasuredMargin: 3,
  urgentMargin: 2,
  urgentMs: 1000,
  minTailBytes: 64 * 1024,
};

export interface HedgeInput {
  /** First byte not yet delivered. */
  readonly reachedByte: number;
  /** Exclusive. */
  readonly endByte: number;
  readonly spanMs: number;
  /** The lowest and the highest rate that the last moments let expect of the running transfer. */
  readonly leastBps: number;
  readonly mostBps: number;
  readonly latencyMs?: number;
  /** From now on. */
  readonly neededInMs: number;
  /** The best other server; absent where none may be asked. Its rate is the predicted one. */
  readonly other?: HedgeServer;
}

export interface HedgeServer {
  readonly bps: number;
  readonly latencyMs: number;
  /** False where its rate is only assumed. */
  readonly isMeasured: boolean;
  /** It has answered before, be it a probe. */
  readonly hasAnswered: boolean;
}

export type HedgePlan =
  | { readonly hedge: true; readonly reason: 'late'; readonly meetByte: number }
  | { readonly hedge: false; readonly reason: 'too-early' | 'nearly-done' | 'in-time' | 'none-better' };

/**
 * Whether to ask another server for the end of a running range, and from which byte on. Hedged requests are those of
 * Dean and Barroso ("The Tail at Scale", CACM 56(2), 2013: ask a second server when the first is late, cancel what is no
 * longer needed); here the second is asked only for `[meetByte, endByte)`, so that no byte is asked for twice. Both
 * reach their ends together where the predictions hold: the first one is taken at its least rate, so that it rather
 * waits at the meeting point than lets the other one wait.
 */
export function planHedge(input: HedgeInput, config: HedgeConfig = HEDGE_DEFAULTS): HedgePlan {
  const { reachedByte, endByte, leastBps, mostBps, latencyMs = 0, neededInMs, other } = input;
  const remainingBytes = endByte - reachedByte;
  const neededSpanMs = Math.min(config.maxSpanMs, Math.max(config.minSpanMs, latencyMs * config.minRoundTrips));
  if (input.spanMs < neededSpanMs) return no('too-early');
  if (remainingBytes < config.minTailBytes) return no('nearly-done');
  const aloneMs = transferMs(remainingBytes, mostBps);
  if (aloneMs <= neededInMs * config.deadlineShare) return no('in-time');
  if (!other) return no('none-better');
  const otherMs = other.latencyMs + transferMs(remainingBytes, other.bps);
  if (otherMs * marginFor(other, neededInMs, config) > aloneMs) return no('none-better');
  const togetherMs = (remainingBytes * 8000 + other.bps * other.latencyMs) / (leastBps + other.bps);
  const meetByte = reachedByte + Math.ceil((leastBps * togetherMs) / 8000);
  if (endByte - meetByte < config.minTailBytes) return no('nearly-done');
  return { hedge: true, reason: 'late', meetByte };
}

function marginFor(other: HedgeServer, neededInMs: number, config: HedgeConfig): number {
  if (other.isMeasured) return config.margin;
  const hasNothingToLose = neededInMs <= config.urgentMs && other.hasAnswered;
  return hasNothingToLose ? config.urgentMargin : config.unmeasuredMargin;
}

const transferMs = (bytes: number, bps: number): number => (bytes * 8000) / Math.max(1, bps);
const no = (reason: Extract<HedgePlan, { hedge: false }>['reason']): HedgePlan => ({ hedge: false, reason });
