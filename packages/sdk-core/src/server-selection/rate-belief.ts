import { type Ewma, ewma, ewmaValue, sampleEwma } from '../throughput/ewma.ts';

/** What one server's transfers showed of its rate: of this very moment, and of the long run. */
export interface RateRecord {
  readonly quickBps: Ewma;
  readonly usualBps: Ewma;
  readonly sampledAtMs: number;
}

/** What is known of one server alone. All of it may be absent. */
export interface Measurement {
  readonly latencyMs?: number | undefined;
  readonly quickBps?: number;
  readonly usualBps?: number;
  /** When its rate was sampled last. */
  readonly sampledAtMs?: number;
  /** What the server itself expects to give. */
  readonly hintBps?: number | undefined;
}

/** The rate to come: the mean of its natural logarithm and the deviation of that. */
export interface RateBelief {
  readonly meanLog: number;
  readonly sigma: number;
}

/** In milliseconds of busy time. */
const QUICK_HALF_LIFE_MS = 700;
const USUAL_HALF_LIFE_MS = 20_000;
/** In milliseconds without a transfer. */
const IDLE_HALF_LIFE_MS = 6000;

export const NO_RATE: RateRecord = {
  quickBps: ewma(QUICK_HALF_LIFE_MS),
  usualBps: ewma(USUAL_HALF_LIFE_MS),
  sampledAtMs: 0,
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
export function recordSlump({ usualBps }: RateRecord, bps: number, nowMs: number): RateRecord {
  return sampleRate({ ...NO_RATE, usualBps }, { bytes: bps / 8, durationMs: 1000 }, nowMs);
}

/** Nothing before the first sample. */
export function rateMeasured({ quickBps: quick, usualBps: usual, sampledAtMs }: RateRecord): Measurement {
  const usualBps = ewmaValue(usual);
  return usualBps === undefined ? {} : { quickBps: ewmaValue(quick) ?? usualBps, usualBps, sampledAtMs };
}

/** How probable it is that `a` is more than `factor` times as fast as `b`; `spread` is the deviation of their difference. */
export function probabilityFaster(a: RateBelief, b: RateBelief, factor: number, spread: number): number {
  return normal((a.meanLog - b.meanLog - Math.log(factor)) / spread);
}

/** The normal distribution's share below `z`, to a hundredth: a logistic curve. */
function normal(z: number): number {
  return 1 / (1 + Math.exp(-1.702 * z));
}
