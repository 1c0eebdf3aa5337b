import type { Measurement, RateBelief } from './rate-belief.ts';

const PRIOR_LATENCY_MS = 100;
/** How many deviations below its mean a rate is taken. */
export const CAUTION = 0.3;

export interface Prediction {
  readonly latencyMs: number;
  readonly belief: RateBelief;
  /** Time to deliver the bytes from the moment of asking, on the careful side: the less is known the more. */
  readonly predictedMs: number;
}

/** `believed` of its rate by what was measured; one that was not is no faster than it says. */
export function predictDelivery(
  { latencyMs: measuredMs, usualBps, hintBps }: Measurement,
  believed: RateBelief,
  bytes: number,
): Prediction {
  const isHinted = usualBps === undefined && hintBps !== undefined;
  const belief = isHinted ? { ...believed, meanLog: Math.min(believed.meanLog, Math.log(hintBps)) } : believed;
  const latencyMs = measuredMs ?? PRIOR_LATENCY_MS;
  return { latencyMs, belief, predictedMs: latencyMs + (bytes * 8000) / rateBelow(belief, CAUTION) };
}

/** The rate `deviations` below the mean. */
export function rateBelow({ meanLog, sigma }: RateBelief, deviations: number): number {
  return Math.max(1, Math.exp(meanLog - deviations * sigma));
}
