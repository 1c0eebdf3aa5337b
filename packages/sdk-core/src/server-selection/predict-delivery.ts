/** What is known of a server. All of it may be absent. */
export interface Measurement {
  readonly latencyMs?: number;
  readonly throughputBps?: number;
  /** When the throughput was sampled last. */
  readonly sampledAtMs?: number;
}

export interface PredictionConfig {
  /** Assumed of a server whose throughput is unknown: enough to leave a crawling server for it, not a decent one. */
  readonly priorBps: number;
  readonly priorLatencyMs: number;
  /** Each rank of the backend lowers the assumed throughput by this factor. */
  readonly rankFactor: number;
  /** What was measured this long ago counts half, the assumption the other half. */
  readonly halfTrustMs: number;
}

export const PREDICTION_DEFAULTS: PredictionConfig = {
  priorBps: 2_500_000,
  priorLatencyMs: 100,
  rankFactor: 0.9,
  halfTrustMs: 120_000,
};

export interface PredictionContext {
  readonly rank: number;
  readonly bytes: number;
  readonly nowMs: number;
  /** The best that servers elsewhere reached lately: an unknown server is not assumed to be better. */
  readonly capBps?: number;
}

/** Time to deliver `bytes` from the moment of asking. */
export function predictDeliveryMs(
  measurement: Measurement,
  context: PredictionContext,
  config: PredictionConfig = PREDICTION_DEFAULTS,
): number {
  const bps = Math.max(1, predictBps(measurement, context, config));
  return (measurement.latencyMs ?? config.priorLatencyMs) + (context.bytes * 8000) / bps;
}

/** The measured throughput, fading into what the backend's rank lets expect as it grows old. */
function predictBps(measurement: Measurement, context: PredictionContext, config: PredictionConfig): number {
  const cap = context.capBps ?? Number.POSITIVE_INFINITY;
  const assumedBps = Math.min(config.priorBps, cap) * config.rankFactor ** context.rank;
  const { throughputBps, sampledAtMs } = measurement;
  if (throughputBps === undefined) return assumedBps;
  const ageMs = Math.max(0, context.nowMs - (sampledAtMs ?? context.nowMs));
  const trust = 0.5 ** (ageMs / config.halfTrustMs);
  return trust * throughputBps + (1 - trust) * assumedBps;
}
