import { type Ewma, ewma, ewmaValue, sampleEwma } from './ewma.ts';

export interface ThroughputConfig {
  /** Half-lives in milliseconds of busy time, not of wall time: a pause teaches nothing. */
  readonly fastHalfLifeMs: number;
  readonly slowHalfLifeMs: number;
}

/** Half-lives as in Shaka's `ewma_bandwidth_estimator.js` (2 s and 5 s). */
export const THROUGHPUT_DEFAULTS: ThroughputConfig = { fastHalfLifeMs: 2000, slowHalfLifeMs: 5000 };

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

export function throughputEstimator(config: ThroughputConfig = THROUGHPUT_DEFAULTS): ThroughputState {
  return {
    fast: ewma(config.fastHalfLifeMs),
    slow: ewma(config.slowHalfLifeMs),
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
