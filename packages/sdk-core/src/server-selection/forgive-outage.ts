import type { Exclusions } from './exclusions.ts';

/**
 * Nobody at all had answered since `sinceMs`, and now somebody does: it was the client's own network. What was held
 * against servers meanwhile is forgotten.
 */
export function forgiveOutage(exclusions: Exclusions, sinceMs: number): Exclusions {
  const kept = Object.entries(exclusions).filter(([, { failedAtMs }]) => failedAtMs < sinceMs);
  return Object.fromEntries(kept);
}
