import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext, RenditionChoice } from './abr-context.ts';
import { permitted } from './permitted.ts';
import { lowestOf } from './start-choice.ts';

/** What plays on one network have seen. */
export interface NetworkHistory {
  /** Typical (geometric mean). */
  readonly rateBps: number;
  /** Deviation of the logarithm. */
  readonly spread: number;
  /** Wall time. */
  readonly atMs: number;
}

export const START_HISTORY_DEFAULTS = {
  /** The rate that all but one play in twenty exceeded. */
  quantile: 1.64,
  /** A network seen once may be anything... */
  firstSpread: 0.5,
  /** ...and one seen long ago, too: so much is added per day and root of it. */
  spreadPerDay: 0.5,
  /** Older, it says nothing. */
  oldestMs: 1_209_600_000,
  /** What a new play weighs against those before. */
  newShare: 0.4,
  /** The better first segment may come so much later than the lowest one would. */
  extraMs: 150,
} as const;

const DAY_MS = 86_400_000;

/** The text of a record, as it was stored, or anything else. */
export function readHistory(text: string | undefined): NetworkHistory | undefined {
  if (text === undefined) return undefined;
  try {
    const { rateBps, spread, atMs } = JSON.parse(text) as Record<string, unknown>;
    if (!isPositive(rateBps) || !isPositive(spread) || !isPositive(atMs)) return undefined;
    return { rateBps, spread: Math.min(spread, 3), atMs };
  } catch {
    return undefined;
  }
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

/** Takes the rate that a play has seen. */
export function withPlay(before: NetworkHistory | undefined, rateBps: number, wallMs: number): NetworkHistory {
  const { newShare, firstSpread } = START_HISTORY_DEFAULTS;
  const isOver = before === undefined || ageMs(before, wallMs) > START_HISTORY_DEFAULTS.oldestMs;
  if (isOver) return { rateBps, spread: firstSpread, atMs: wallMs };
  const surprise = Math.log(rateBps / before.rateBps);
  const variance = (1 - newShare) * before.spread ** 2 + newShare * surprise ** 2;
  return {
    rateBps: before.rateBps * Math.exp(newShare * surprise),
    spread: Math.max(0.1, Math.sqrt(variance)),
    atMs: wallMs,
  };
}

/** The rate to count on at the next start: careful, and the more so the older the record is. */
export function carefulBps(history: NetworkHistory | undefined, wallMs: number): number | undefined {
  if (!history) return undefined;
  const { quantile, spreadPerDay, oldestMs } = START_HISTORY_DEFAULTS;
  const age = ageMs(history, wallMs);
  if (age > oldestMs) return undefined;
  const spread = Math.sqrt(history.spread ** 2 + spreadPerDay ** 2 * (age / DAY_MS));
  return history.rateBps * Math.exp(-quantile * spread);
}

/** A clock that was set back makes a record from the future: nobody knows how old it is. */
function ageMs({ atMs }: NetworkHistory, wallMs: number): number {
  return wallMs >= atMs ? wallMs - atMs : START_HISTORY_DEFAULTS.oldestMs;
}

/** The best first rendition whose segment comes hardly later than the lowest one's, at a rate that history promises. */
export function startFromHistory(context: AbrContext, rateBps: number): RenditionChoice<'start-history'> {
  const { segmentNumber } = context;
  const video = permitted(context.video, context.limits);
  const bytesOf = (view: RenditionView | undefined): number => {
    const segment = view?.segments[segmentNumber];
    return segment ? segment.endByte - segment.startByte : Number.POSITIVE_INFINITY;
  };
  const lowest = lowestOf(video);
  // Audio comes beside it, with either.
  const laterMs = (view: RenditionView): number => ((bytesOf(view) - bytesOf(lowest)) * 8000) / rateBps;
  const soon = video.filter((view) => laterMs(view) <= START_HISTORY_DEFAULTS.extraMs);
  return { rendition: soon.at(-1) ?? lowest, reason: 'start-history' };
}
