import { BELIEF_DEFAULTS, type BeliefConfig, believeRate, type Measurement, type RateBelief } from './rate-belief.ts';

export interface PredictionConfig extends BeliefConfig {
  /** Assumed where nothing is known: enough to leave a crawling server for it, not a decent one. */
  readonly priorBps: number;
  readonly priorLatencyMs: number;
  /** Each rank of the backend lowers the assumed throughput by this factor. */
  readonly rankFactor: number;
  /** How many deviations below its mean a rate is taken. */
  readonly caution: number;
}

export const PREDICTION_DEFAULTS: PredictionConfig = {
  ...BELIEF_DEFAULTS,
  priorBps: 2_500_000,
  priorLatencyMs: 100,
  rankFactor: 0.9,
  caution: 0.3,
};

export interface PredictionContext {
  readonly rank: number;
  readonly bytes: number;
  readonly nowMs: number;
  /** What other servers showed of the client's own link. */
  readonly link?: LinkView;
}

export interface LinkView {
  /** The best that servers reached lately. */
  readonly bps: number;
  /** Two sites show it now: nobody is assumed to be faster. One alone may be the narrow place itself. */
  readonly isKnown: boolean;
  /** The steadiest of the servers at work. */
  readonly atWork?: { readonly quickBps: number; readonly usualBps: number };
  /** How far samples of the server in use lie from their mean. */
  readonly deviation: number;
}

/** A server sampled within this time is at work: it shows how the link is now. */
export const AT_WORK_MS = 1500;

export interface Prediction {
  readonly latencyMs: number;
  readonly belief: RateBelief;
  /** Time to deliver the bytes from the moment of asking, on the careful side: the less is known the more. */
  readonly predictedMs: number;
}

export function predictDelivery(
  measurement: Measurement,
  context: PredictionContext,
  config: PredictionConfig = PREDICTION_DEFAULTS,
): Prediction {
  const { link, nowMs } = context;
  const isIdle = nowMs - (measurement.sampledAtMs ?? nowMs) > AT_WORK_MS;
  const prior = {
    bps: assumedBps(measurement, context, config),
    nowMs,
    linkShift: isIdle ? linkShift(measurement, link) : 0,
    linkDeviation: link?.deviation ?? 0,
  };
  const belief = withinLink(believeRate(measurement, prior, config), link);
  const latencyMs = measurement.latencyMs ?? config.priorLatencyMs;
  const predictedMs = latencyMs + (context.bytes * 8000) / rateBelow(belief, config.caution);
  return { latencyMs, belief, predictedMs };
}

/** How much slower the link seems to have become since then: a faster one says nothing in favour of the idle. */
function linkShift({ besideBps }: Measurement, link: LinkView | undefined): number {
  if (!link?.atWork) return 0;
  const { quickBps, usualBps } = link.atWork;
  return Math.min(0, Math.log(quickBps / (besideBps ?? usualBps)));
}

function withinLink(belief: RateBelief, link: LinkView | undefined): RateBelief {
  if (!link?.isKnown) return belief;
  return { ...belief, meanLog: Math.min(belief.meanLog, Math.log(Math.max(1, link.bps))) };
}

/** The rate `deviations` below the mean. */
export function rateBelow({ meanLog, sigma }: RateBelief, deviations: number): number {
  return Math.max(1, Math.exp(meanLog - deviations * sigma));
}

/** What to expect of a server before it was measured: what this client's link carries, less by its rank. */
function assumedBps({ hintBps }: Measurement, { link, rank }: PredictionContext, config: PredictionConfig): number {
  const byLink = link?.isKnown ? link.bps : Math.max(config.priorBps, link?.bps ?? 0);
  return Math.min(hintBps ?? Number.POSITIVE_INFINITY, byLink * config.rankFactor ** rank);
}
