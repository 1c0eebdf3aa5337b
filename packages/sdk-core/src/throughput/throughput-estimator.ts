import { type Ewma, ewma, ewmaValue, sampleEwma } from './ewma.ts';

/** Half-lives as in Shaka's `ewma_bandwidth_estimator.js`, of busy time, not of wall time: a pause teaches nothing. */
const FAST_HALF_LIFE_MS = 2000;
const SLOW_HALF_LIFE_MS = 5000;

export interface ThroughputState {
  readonly fast: Ewma;
  readonly slow: Ewma;
  readonly sampledAtMs: number;
}

export interface ThroughputSample {
  readonly bytes: number;
  /** Busy time in which the bytes arrived; less than 1 ms counts as 1 ms. */
  readonly durationMs: number;
}

export function throughputEstimator(): ThroughputState {
  return {
    fast: ewma(FAST_HALF_LIFE_MS),
    slow: ewma(SLOW_HALF_LIFE_MS),
    sampledAtMs: Number.NEGATIVE_INFINITY,
  };
}

export function sampleThroughput(state: ThroughputState, sample: ThroughputSample, nowMs: number): ThroughputState {
  const durationMs = Math.max(1, sample.durationMs);
  const bps = (sample.bytes * 8000) / durationMs;
  return {
    fast: sampleEwma(state.fast, bps, durationMs),
    slow: sampleEwma(state.slow, bps, durationMs),
    sampledAtMs: nowMs,
  };
}

/** The smaller of both averages: falls fast, rises slowly. undefined before the first sample. */
export function throughputBps(state: ThroughputState): number | undefined {
  const fast = ewmaValue(state.fast);
  const slow = ewmaValue(state.slow);
  return fast === undefined || slow === undefined ? undefined : Math.min(fast, slow);
}
