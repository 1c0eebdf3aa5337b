export interface LatencyConfig {
  /** Samples remembered. */
  readonly sampleCount: number;
  /** Which part of them is taken as the latency of the unloaded path, from 0 (the least) to 1. */
  readonly quantile: number;
}

/** The 10th percentile, as fast.com takes it for unloaded latency: queues and scheduling only ever add time. */
export const LATENCY_DEFAULTS: LatencyConfig = { sampleCount: 10, quantile: 0.1 };

export interface LatencyState {
  /** The last samples, oldest first. */
  readonly samplesMs: readonly number[];
}

export const NO_LATENCY: LatencyState = { samplesMs: [] };

export function sampleLatency(
  state: LatencyState,
  latencyMs: number,
  config: LatencyConfig = LATENCY_DEFAULTS,
): LatencyState {
  return { samplesMs: [...state.samplesMs, latencyMs].slice(-config.sampleCount) };
}

/** undefined before the first sample. */
export function lowLatencyMs(state: LatencyState, config: LatencyConfig = LATENCY_DEFAULTS): number | undefined {
  const sorted = [...state.samplesMs].sort((a, b) => a - b);
  return sorted[Math.floor(config.quantile * (sorted.length - 1))];
}
