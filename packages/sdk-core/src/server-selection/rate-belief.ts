import { type Ewma, ewma, ewmaValue, sampleEwma } from '../throughput/ewma.ts';

/** What one server's transfers showed of its rate: a recent-weighted mean and how far samples lie from it. */
export interface RateRecord {
  readonly bps: Ewma;
  readonly squaredBps: Ewma;
  readonly sampledAtMs: number;
}

/** What is known of a server. All of it may be absent. */
export interface Measurement {
  readonly latencyMs?: number;
  readonly throughputBps?: number;
  /** Standard deviation of the samples, as a share of their mean. */
  readonly deviation?: number;
  /** Time in which bytes arrived. */
  readonly busyMs?: number;
  /** When the throughput was sampled last. */
  readonly sampledAtMs?: number;
  /** What the server itself expects to give. */
  readonly hintBps?: number;
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
  /** Variance that each idle second adds; a restless link adds more. */
  readonly driftPerS: number;
  readonly restlessDriftPerS: number;
  /** What was measured this long ago counts half, the prior the other half. */
  readonly halfTrustMs: number;
}

export const BELIEF_DEFAULTS: BeliefConfig = {
  priorSigma: 0.8,
  minSigma: 0.05,
  usualDeviation: 0.3,
  usualBusyMs: 500,
  driftPerS: 0.001,
  restlessDriftPerS: 0.01,
  halfTrustMs: 90_000,
};

/** In milliseconds of busy time. */
const HALF_LIFE_MS = 3000;
/** No more busy time than this lies in the mean. */
const MEMORY_MS = 4000;

export const NO_RATE: RateRecord = { bps: ewma(HALF_LIFE_MS), squaredBps: ewma(HALF_LIFE_MS), sampledAtMs: 0 };

export function sampleRate(
  record: RateRecord,
  sample: { readonly bytes: number; readonly durationMs: number },
  nowMs: number,
): RateRecord {
  const durationMs = Math.max(1, sample.durationMs);
  const bps = (sample.bytes * 8000) / durationMs;
  return {
    bps: sampleEwma(record.bps, bps, durationMs),
    squaredBps: sampleEwma(record.squaredBps, bps * bps, durationMs),
    sampledAtMs: nowMs,
  };
}

/** Nothing before the first sample. */
export function rateMeasured(record: RateRecord): Measurement {
  const bps = ewmaValue(record.bps);
  const squared = ewmaValue(record.squaredBps);
  if (bps === undefined || squared === undefined) return {};
  const deviation = Math.sqrt(Math.max(0, squared - bps * bps)) / Math.max(1, bps);
  return { throughputBps: bps, deviation, busyMs: record.bps.totalWeight, sampledAtMs: record.sampledAtMs };
}

/** The record and the prior in one: with time a record says less, until the prior is all there is. */
export function believeRate(
  measurement: Measurement,
  prior: { readonly bps: number; readonly nowMs: number },
  config: BeliefConfig = BELIEF_DEFAULTS,
): RateBelief {
  const priorLog = Math.log(Math.max(1, prior.bps));
  const { throughputBps, sampledAtMs = prior.nowMs } = measurement;
  if (throughputBps === undefined) return { meanLog: priorLog, sigma: config.priorSigma };
  const idleS = Math.max(0, prior.nowMs - sampledAtMs) / 1000;
  const trust = 0.5 ** ((idleS * 1000) / config.halfTrustMs);
  const noise = noiseOf(measurement, config);
  const drift = config.driftPerS + config.restlessDriftPerS * noise.deviation ** 2;
  const sigma = Math.min(config.priorSigma, Math.sqrt(noise.variance + drift * idleS));
  return { meanLog: trust * Math.log(Math.max(1, throughputBps)) + (1 - trust) * priorLog, sigma };
}

/** The deviation of samples, and the variance that it leaves in their mean: the longer measured the less. */
function noiseOf({ deviation = 0, busyMs = 0 }: Measurement, config: BeliefConfig) {
  const knownMs = Math.min(busyMs, MEMORY_MS);
  const squared =
    (deviation ** 2 * knownMs + config.usualDeviation ** 2 * config.usualBusyMs) / (knownMs + config.usualBusyMs);
  const variance = config.minSigma ** 2 + squared / (1 + knownMs / config.usualBusyMs);
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
