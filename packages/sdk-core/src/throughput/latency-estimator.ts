/** Samples remembered. */
const REMEMBERED = 10;

export interface LatencyState {
  /** The last samples, oldest first. */
  readonly samplesMs: readonly number[];
  /** Waited for in vain since the last of them. */
  readonly atLeastMs?: number;
}

export const NO_LATENCY: LatencyState = { samplesMs: [] };

export function sampleLatency({ samplesMs }: LatencyState, latencyMs: number): LatencyState {
  return { samplesMs: [...samplesMs, latencyMs].slice(-REMEMBERED) };
}

/**
 * No answer came within `atLeastMs`: the way has become that long at least, and what it was before is forgotten. The
 * next answer tells how long it is.
 */
export function learnLate(state: LatencyState, atLeastMs: number): LatencyState {
  return (lowLatencyMs(state) ?? 0) >= atLeastMs ? state : { samplesMs: [], atLeastMs };
}

/**
 * The 10th percentile, as fast.com takes it for unloaded latency: queues and scheduling only ever add time. Of ten
 * samples and fewer that is the least. Of the last so many; undefined before the first one.
 */
export function lowLatencyMs({ samplesMs, atLeastMs }: LatencyState, count: number = REMEMBERED): number | undefined {
  return atLeastMs ?? (samplesMs.length > 0 ? Math.min(...samplesMs.slice(-count)) : undefined);
}
