/** A response is released in steps of this length, so that a slow one flows instead of coming in bursts. */
export const QUANTUM_MS = 10;
/** What a response may catch up after it was held up (a late timer, a slow reader). */
const MAX_CREDIT_MS = 200;

/** A token bucket, as plain data. */
export interface Pace {
  readonly rateBps: number;
  readonly creditBytes: number;
  readonly atMs: number;
}

export function startPace(rateBps: number, nowMs: number): Pace {
  return { rateBps, creditBytes: bytesIn(rateBps, QUANTUM_MS), atMs: nowMs };
}

/** The bucket at `nowMs`, at `rateBps` from now on. A new rate starts with one quantum at most: a slow-down is felt at once. */
export function refill(pace: Pace, rateBps: number, nowMs: number): Pace {
  if (rateBps !== pace.rateBps) {
    return { rateBps, creditBytes: Math.min(pace.creditBytes, bytesIn(rateBps, QUANTUM_MS)), atMs: nowMs };
  }
  const earnedBytes = bytesIn(rateBps, nowMs - pace.atMs);
  const creditBytes = Math.min(pace.creditBytes + earnedBytes, bytesIn(rateBps, MAX_CREDIT_MS) + 1);
  return { rateBps, creditBytes, atMs: nowMs };
}

/** How many of `wantedBytes` may go now; when none, how long to wait for the next quantum. */
export function allowance(pace: Pace, wantedBytes: number): { readonly bytes: number; readonly waitMs: number } {
  const quantumBytes = Math.max(1, Math.floor(bytesIn(pace.rateBps, QUANTUM_MS)));
  const neededBytes = Math.min(quantumBytes, wantedBytes);
  if (pace.creditBytes >= neededBytes) return { bytes: Math.min(wantedBytes, Math.floor(pace.creditBytes)), waitMs: 0 };
  const waitMs = ((neededBytes - pace.creditBytes) * 8000) / pace.rateBps;
  return { bytes: 0, waitMs: Math.max(1, Math.ceil(waitMs)) };
}

export function spend(pace: Pace, bytes: number): Pace {
  return { ...pace, creditBytes: pace.creditBytes - bytes };
}

function bytesIn(rateBps: number, durationMs: number): number {
  return (rateBps * durationMs) / 8000;
}
