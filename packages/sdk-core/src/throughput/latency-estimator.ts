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
  /** Waited for in vain since the last of them. */
  readonly atLeastMs?: number;
}

export const NO_LATENCY: LatencyState = { samplesMs: [] };

export function sampleLatency(
  { samplesMs }: LatencyState,
  latencyMs: number,
  config: LatencyConfig = LATENCY_DEFAULTS,
): LatencyState {
  return { samplesMs: [...samplesMs, latencyMs].slice(-config.sampleCount) };
}

/**
 * No answer came within `atLeastMs`: the way has become that long at least, and what it was before is forgotten. The
 * next answer tells how long it is.
 */
export function learnLate(state: LatencyState, atLeastMs: number): LatencyState {
  return (lowLatencyMs(state) ?? 0) >= atLeastMs ? state : { samplesMs: [], atLeastMs };
}

/** Of the last so many samples. undefined before the first one. */
export function lowLatencyMs(
  { samplesMs, atLeastMs }: LatencyState,
  { sampleCount, quantile }: LatencyConfig = LATENCY_DEFAULTS,
): number | undefined {
  const sorted = samplesMs.slice(-sampleCount).sort((a, b) => a - b);
  return atLeastMs ?? sorted[Math.floor(quantile * (sorted.length - 1))];
}
