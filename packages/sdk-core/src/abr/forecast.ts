import type { AbrContext } from './abr-context.ts';

/** What the network is expected to do. */
export interface Forecast {
  /** All of it for video. */
  readonly rateBps: number;
  readonly latencyS: number;
  /** Relative deviation of one download's rate, as a logarithm. */
  readonly spread: number;
}

const DEFAULT_LATENCY_MS = 50;
/** Of a network of which only a rate is known. */
const DEFAULT_SPREAD = 0.5;

export function forecastAt({ latencyMs, rateSpread }: AbrContext, rateBps: number): Forecast {
  return {
    rateBps: Math.max(1, rateBps),
    latencyS: (latencyMs ?? DEFAULT_LATENCY_MS) / 1000,
    spread: rateSpread ?? DEFAULT_SPREAD,
  };
}
