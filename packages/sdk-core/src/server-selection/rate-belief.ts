import { type Ewma, ewma, ewmaValue, sampleEwma } from '../throughput/ewma.ts';

/** What one server's transfers showed of its rate: recent-weighted means, and how far samples lie from them. */
export interface RateRecord {
  readonly bps: Ewma;
  readonly squaredBps: Ewma;
  /** Of this very moment, and of the long run. */
  readonly quickBps: Ewma;
  readonly usualBps: Ewma;
  readonly sampledAtMs: number;
  /** How often it turned out to crawl, one time soon after another. */
  readonly slumps: number;
}

/** What is known of a server. All of it may be absent. */
export interface Measurement {
  readonly latencyMs?: number | undefined;
  readonly throughputBps?: number;
  readonly quickBps?: number;
  readonly usualBps?: number;
  readonly slumps?: number;
  /** Standard deviation of the samples, as a share of their mean. */
  readonly deviation?: number;
  /** Time in which bytes arrived. */
  readonly busyMs?: number;
  /** When the throughput was sampled last. */
  readonly sampledAtMs?: number;
  /** What the server in use reached just before this one was sampled beside it. */
  readonly besideBps?: number | undefined;
  /** What the server itself expects to give. */
  readonly hintBps?: number | undefined;
}

/** The rate to come: the mean of its natural logarithm and the deviation of that. */
export interface RateBelief {
  readonly meanLog: number;
  readonly sigma: number;
}

export interface BeliefConfig {
  /** Of a server that was never measured. */
  readonly priorSigma: number;
  /** However long a server was measured. */
  readonly minSigma: number;
  /** Assumed deviation of single samples, and how much time of measuring it weighs. */
  readonly usualDeviation: number;
  readonly usualBusyMs: number;
  /** Samples nearer to each other than this show one moment of the link: together they say little more than one. */
  readonly momentMs: number;
  /** Variance that each idle second adds; a restless link adds more. */
  readonly driftPerS: number;
  readonly restlessDriftPerS: number;
  /** What was measured this long ago counts half, what is usual of the server the other half. Each slump doubles it. */
  readonly halfTrustMs: number;
  /** What is usual of a server that was idle for this long counts half, the prior the other half. */
  readonly halfUsualMs: number;
  /** How probable it is that a change of one server's rate is one of the client's link, which all servers feel. */
  readonly linkShare: number;
}

export const BELIEF_DEFAULTS: BeliefConfig = {
  priorSigma: 0.8,
  minSigma: 0.05,
  usualDeviation: 0.3,
  usualBusyMs: 500,
  momentMs: 2000,
  driftPerS: 0.001,
  restlessDriftPerS: 0.01,
  halfTrustMs: 15_000,
  halfUsualMs: 90_000,
  linkShare: 0.5,
};

/** In milliseconds of busy time. */
const HALF_LIFE_MS = 3000;
const QUICK_HALF_LIFE_MS = 700;
const USUAL_HALF_LIFE_MS = 20_000;
/** In milliseconds without a transfer. */
const IDLE_HALF_LIFE_MS = 6000;
/** No more busy time than this lies in the mean. */
const MEMORY_MS = 4000;
/** A slump this long after the one before is the first again. */
const SLUMP_MEMORY_MS = 120_000;
const MAX_SLUMPS = 4;

export const NO_RATE: RateRecord = {
  bps: ewma(HALF_LIFE_MS),
  squaredBps: ewma(HALF_LIFE_MS),
  quickBps: ewma(QUICK_HALF_LIFE_MS),
  usualBps: ewma(USUAL_HALF_LIFE_MS),
  sampledAtMs: 0,
  slumps: 0,
};

export function sampleRate(
  record: RateRecord,
  sample: { readonly bytes: number; readonly durationMs: number },
  nowMs: number,
): RateRecord {
  const durationMs = Math.max(1, sample.durationMs);
  const bps = (sample.bytes * 8000) / durationMs;
  // After a pause the server is met anew: what it did before it counts little.
  const kept = 0.5 ** (Math.max(0, nowMs - record.sampledAtMs - durationMs) / IDLE_HALF_LIFE_MS);
  return {
    ...record,
    bps: sampleEwma(faded(record.bps, kept), bps, durationMs),
    squaredBps: sampleEwma(faded(record.squaredBps, kept), bps * bps, durationMs),
    quickBps: sampleEwma(faded(record.quickBps, kept), bps, durationMs),
    usualBps: sampleEwma(record.usualBps, bps, durationMs),
    sampledAtMs: nowMs,
  };
}

/** The same mean, as if it were made of `kept` of its samples. */
function faded(state: Ewma, kept: number): Ewma {
  const share = kept * (1 - 0.5 ** (state.totalWeight / state.halfLife));
  return { ...state, rawValue: kept * state.rawValue, totalWeight: -state.halfLife * Math.log2(1 - share) };
}

/** The server crawls at `bps` now. What was usual of it stays known: a slump ends some day. */
export function recordSlump(record: RateRecord, bps: number, nowMs: number): RateRecord {
  const slumps = nowMs - record.sampledAtMs > SLUMP_MEMORY_MS ? 1 : Math.min(MAX_SLUMPS, record.slumps + 1);
  const sample = { bytes: bps / 8, durationMs: 1000 };
  return sampleRate({ ...NO_RATE, usualBps: record.usualBps, slumps }, sample, nowMs);
}

/** Nothing before the first sample. */
export function rateMeasured(record: RateRecord): Measurement {
  const bps = ewmaValue(record.bps);
  const squared = ewmaValue(record.squaredBps);
  if (bps === undefined || squared === undefined) return {};
  const deviation = Math.sqrt(Math.max(0, squared - bps * bps)) / Math.max(1, bps);
  const { sampledAtMs, slumps } = record;
  return {
    throughputBps: bps,
    quickBps: ewmaValue(record.quickBps) ?? bps,
    usualBps: ewmaValue(record.usualBps) ?? bps,
    deviation,
    busyMs: record.bps.totalWeight,
    sampledAtMs,
    slumps,
  };
}

export interface RatePrior {
  /** What to expect of a server before it was measured. */
  readonly bps: number;
  readonly nowMs: number;
  /** How the client's link seems to have changed since idle servers were measured: a natural logarithm. */
  readonly linkShift?: number;
  /** How restless the client's link is: a short measurement of a server shows no more than one moment of it. */
  readonly linkDeviation?: number;
}

/** The record and the prior in one: with time a record says less, first of the moment and at last of anything. */
export function believeRate(
  measurement: Measurement,
  { bps: priorBps, nowMs, linkShift = 0, linkDeviation = 0 }: RatePrior,
  config: BeliefConfig = BELIEF_DEFAULTS,
): RateBelief {
  const { throughputBps, sampledAtMs = nowMs, usualBps = throughputBps, slumps = 0 } = measurement;
  if (throughputBps === undefined || usualBps === undefined)
    return { meanLog: logOf(priorBps), sigma: config.priorSigma };
  const idleMs = Math.max(0, nowMs - sampledAtMs);
  const ofUsual = 0.5 ** (idleMs / config.halfUsualMs);
  const usualLog = ofUsual * logOf(usualBps) + (1 - ofUsual) * logOf(priorBps);
  const ofMoment = 0.5 ** (idleMs / (config.halfTrustMs * 2 ** Math.max(0, slumps - 1)));
  const momentLog = logOf(throughputBps);
  const noise = noiseOf(measurement, linkDeviation, config);
  const drift = (config.driftPerS + config.restlessDriftPerS * noise.deviation ** 2) * (idleMs / 1000);
  const between = ofMoment * (1 - ofMoment) * (momentLog - usualLog) ** 2;
  const byLink = config.linkShare * (1 - config.linkShare) * linkShift ** 2;
  const variance = Math.min(config.priorSigma ** 2, noise.variance + drift) + between + byLink;
  const meanLog = ofMoment * momentLog + (1 - ofMoment) * usualLog + config.linkShare * linkShift;
  return { meanLog, sigma: Math.sqrt(variance) };
}

const logOf = (bps: number): number => Math.log(Math.max(1, bps));

/** The deviation of samples, and the variance that it leaves in their mean: the longer measured the less. */
function noiseOf({ deviation: own = 0, busyMs = 0 }: Measurement, linkDeviation: number, config: BeliefConfig) {
  const deviation = Math.max(own, linkDeviation);
  const knownMs = Math.min(busyMs, MEMORY_MS);
  const squared =
    (deviation ** 2 * knownMs + config.usualDeviation ** 2 * config.usualBusyMs) / (knownMs + config.usualBusyMs);
  const variance = config.minSigma ** 2 + squared / (1 + knownMs / config.momentMs);
  return { deviation: Math.sqrt(squared), variance };
}

/** How probable it is that `a` is more than `factor` times as fast as `b`. */
export function probabilityFaster(a: RateBelief, b: RateBelief, factor: number): number {
  const spread = Math.hypot(a.sigma, b.sigma);
  return normal((a.meanLog - b.meanLog - Math.log(factor)) / spread);
}

/** The normal distribution's share below `z`, to a hundredth: a logistic curve. */
function normal(z: number): number {
  return 1 / (1 + Math.exp(-1.702 * z));
}
