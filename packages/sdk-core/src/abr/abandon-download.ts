import type { RenditionView } from '../manifest/presentation.ts';
import { type DownloadPace, restBps } from './abandon-pace.ts';
import type { AbrContext } from './abr-context.ts';
import { permitted, rungOf } from './permitted.ts';
import type { PlannedWorth } from './planned-worth.ts';

export const ABANDON_DEFAULTS = {
  /**
   * After so long a download is believed half, and what was expected before it the other half, on a network of middling
   * spread; with the square of the spread, as noise takes to average out. On a calm network a slow download is news.
   */
  trustMs: 8000,
  middlingSpread: 0.5,
  /** The same for the choice of the smaller one: once given up, the segment shall not be given up again. */
  smallerTrustMs: 2000,
  /** What the smaller one must be worth more, in seconds of the best quality: the bytes so far are lost. */
  margin: 0.1,
  /** A download that has shown less than this says nothing yet. */
  leastSpanMs: 150,
  /** The smaller one is given up in its turn only where the rate has fallen to this part of what it was chosen with. */
  againBelow: 0.5,
  /** A server that is silent for longer hangs, which says nothing of the segment's size: delivery leaves it. */
  silenceMs: 300,
  /** Buffer that another server, once found, has to bring the rest. */
  reserveMs: 1000,
  /** With nothing buffered, and nothing having come for so long, whatever is much smaller than the rest ends the wait sooner. */
  emptyMs: 200,
  standstillMs: 2000,
  muchSmaller: 0.5,
} as const;

/** A segment that is being loaded. `segmentNumber` is its number, `current` the rendition of the one before. */
export interface LoadingContext extends AbrContext {
  readonly loading: RenditionView;
  readonly receivedBytes: number;
  /** Of the server that brings it now. Undefined while no byte has come. */
  readonly pace: DownloadPace | undefined;
  /** Nothing has come of it for so long. */
  readonly silentMs?: number | undefined;
  /** What the network was expected to carry when it was asked for. */
  readonly throughputBps?: number | undefined;
  /** For so long it is left to delivery to find a faster server, if the buffer lasts; absent where there is no other. */
  readonly otherServerWithinMs?: number | undefined;
  /** The rate with which it was chosen, where it is itself the smaller one of a segment given up. */
  readonly chosenWithBps?: number | undefined;
}

export type AbandonReason =
  /** Nothing smaller can be had. */
  | 'lowest'
  /** Too little was seen of it. */
  | 'too-early'
  /** It arrives before the buffer ends. */
  | 'in-time'
  /** Going on is worth as much as anything smaller. */
  | 'worth-waiting'
  /** The picture stands and nothing comes from anybody: the smallest is the first to be there once somebody sends again. */
  | 'standing-still'
  /** Another server may bring the rest. */
  | 'other-server-first'
  /** It is the smaller one already, and comes about as fast as was thought. */
  | 'given-up-before'
  /** A smaller one is worth more, by a margin. */
  | 'worth-less';

export interface AbandonVerdict {
  /** What to load in its place; absent where it is to go on. */
  readonly instead?: RenditionView;
  /** What that one was chosen with. */
  readonly withBps?: number;
  readonly reason: AbandonReason;
}

/**
 * Whether to give up a segment for a smaller one: the worth of waiting for the rest, against the worth of each lower
 * rendition from its first byte. (dash.js's AbandonRequestsRule and hls.js's `_abandonRulesCheck` compare times alone.)
 */
export function judgeDownload(context: LoadingContext, worth: PlannedWorth): AbandonVerdict {
  const { loading, pace, bufferAheadMs } = context;
  const ladder = ladderWith(loading, permitted(context.video, context.limits));
  const rung = rungOf(ladder, loading);
  const segment = loading.segments[context.segmentNumber];
  if (rung <= 0 || !segment) return { reason: 'lowest' };
  const restBits = Math.max(0, segment.endByte - segment.startByte - context.receivedBytes) * 8;
  if (isStandingStill(context, restBits, ladder[0])) return { instead: ladder[0], reason: 'standing-still' };
  if (!pace || pace.elapsedMs - pace.firstByteAfterMs < ABANDON_DEFAULTS.leastSpanMs) return { reason: 'too-early' };
  if (pace.silentMs > ABANDON_DEFAULTS.silenceMs && context.otherServerWithinMs !== undefined)
    return { reason: 'other-server-first' };
  const expectedBps = videoBps(context);
  const { middlingSpread } = ABANDON_DEFAULTS;
  const caution = ((context.rateSpread ?? middlingSpread) / middlingSpread) ** 2;
  const rateBps = restBps(pace, expectedBps, ABANDON_DEFAULTS.trustMs * caution);
  const bufferS = bufferAheadMs / 1000;
  if (restBits / rateBps <= bufferS) return { reason: 'in-time' };
  const planned = { ...context, video: ladder };
  worth.read(planned, rateBps);
  const goingOn = worth.ofRest(rung, restBits, bufferS) + ABANDON_DEFAULTS.margin * worth.bestQuality;
  if (bestBelow(rung, bufferS, worth).worth <= goingOn) return { reason: 'worth-waiting' };
  const withBps = restBps(pace, expectedBps, ABANDON_DEFAULTS.smallerTrustMs * caution);
  if (withBps > (context.chosenWithBps ?? Number.POSITIVE_INFINITY) * ABANDON_DEFAULTS.againBelow)
    return { reason: 'given-up-before' };
  worth.read(planned, withBps);
  const instead = ladder[bestBelow(rung, bufferS, worth).rung];
  if (!instead || hasTime(context)) return { reason: 'other-server-first' };
  return { instead, withBps, reason: 'worth-less' };
}

function isStandingStill(
  { segmentNumber, bufferAheadMs, silentMs = 0 }: LoadingContext,
  restBits: number,
  lowest: RenditionView | undefined,
): lowest is RenditionView {
  const { endByte = 0, startByte = 0 } = lowest?.segments[segmentNumber] ?? {};
  const isSilent = bufferAheadMs < ABANDON_DEFAULTS.emptyMs && silentMs >= ABANDON_DEFAULTS.standstillMs;
  return isSilent && (endByte - startByte) * 8 < restBits * ABANDON_DEFAULTS.muchSmaller;
}

interface RungWorth {
  readonly rung: number;
  readonly worth: number;
}

function bestBelow(rung: number, bufferS: number, worth: PlannedWorth): RungWorth {
  let best: RungWorth = { rung: 0, worth: worth.ofRung(0, bufferS) };
  for (let lower = 1; lower < rung; lower++) {
    const own = worth.ofRung(lower, bufferS);
    if (own > best.worth) best = { rung: lower, worth: own };
  }
  return best;
}

/** Does the buffer last until another server had its chance, and a moment longer? */
function hasTime({ otherServerWithinMs = 0, bufferAheadMs }: LoadingContext): boolean {
  return otherServerWithinMs > 0 && otherServerWithinMs + ABANDON_DEFAULTS.reserveMs < bufferAheadMs;
}

function ladderWith(loading: RenditionView, ladder: readonly RenditionView[]): readonly RenditionView[] {
  if (rungOf(ladder, loading) >= 0) return ladder;
  return [...ladder, loading].sort((a, b) => a.averageBps - b.averageBps);
}

/** Audio is loaded beside it. */
function videoBps({ throughputBps, audioBps = 0 }: LoadingContext): number | undefined {
  return throughputBps === undefined ? undefined : Math.max(throughputBps - audioBps, throughputBps / 10);
}
