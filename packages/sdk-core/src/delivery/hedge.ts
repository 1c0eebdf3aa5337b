/** The pace is judged only over at least this much of the transfer. */
const MIN_SPAN_MS = 400;
/** Over a long way a connection is still gathering speed: as many of its round trips, up to a second span. */
const MIN_ROUND_TRIPS = 4;
const MAX_SPAN_MS = 1000;
/** Late is what takes more than this share of the time there is. */
const DEADLINE_SHARE = 0.8;
/** How many times sooner the other server must be predicted to bring the rest. */
const MARGIN = 1.5;
/** The same where its throughput is only assumed. */
const UNMEASURED_MARGIN = 3;
/** The same with nothing buffered, for one that has answered a probe: there is nothing to lose by asking it. */
const URGENT_MARGIN = 2;
const URGENT_MS = 1000;
/** Less than this is not worth a second request. */
const MIN_TAIL_BYTES = 64 * 1024;

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
export function planHedge(input: HedgeInput): HedgePlan {
  const { reachedByte, endByte, leastBps, mostBps, latencyMs = 0, neededInMs, other } = input;
  const remainingBytes = endByte - reachedByte;
  const neededSpanMs = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, latencyMs * MIN_ROUND_TRIPS));
  if (input.spanMs < neededSpanMs) return no('too-early');
  if (remainingBytes < MIN_TAIL_BYTES) return no('nearly-done');
  const aloneMs = transferMs(remainingBytes, mostBps);
  if (aloneMs <= neededInMs * DEADLINE_SHARE) return no('in-time');
  if (!other) return no('none-better');
  const otherMs = other.latencyMs + transferMs(remainingBytes, other.bps);
  if (otherMs * marginFor(other, neededInMs) > aloneMs) return no('none-better');
  const togetherMs = (remainingBytes * 8000 + other.bps * other.latencyMs) / (leastBps + other.bps);
  const meetByte = reachedByte + Math.ceil((leastBps * togetherMs) / 8000);
  if (endByte - meetByte < MIN_TAIL_BYTES) return no('nearly-done');
  return { hedge: true, reason: 'late', meetByte };
}

function marginFor(other: HedgeServer, neededInMs: number): number {
  if (other.isMeasured) return MARGIN;
  const hasNothingToLose = neededInMs <= URGENT_MS && other.hasAnswered;
  return hasNothingToLose ? URGENT_MARGIN : UNMEASURED_MARGIN;
}

const transferMs = (bytes: number, bps: number): number => (bytes * 8000) / Math.max(1, bps);
const no = (reason: Extract<HedgePlan, { hedge: false }>['reason']): HedgePlan => ({ hedge: false, reason });
