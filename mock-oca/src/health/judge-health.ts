import type { HealthVerdict } from '@pressplay/protocol/messages';

export interface HealthSample {
  readonly trafficBps: number;
  readonly capacityBps: number;
  readonly connections: number;
  readonly maxConnections: number;
  /** Failed reads of the last `DISK_ERROR_WINDOW_MS`. */
  readonly recentDiskErrors: number;
  readonly draining: boolean;
}

export interface Health {
  readonly verdict: HealthVerdict;
  readonly reason: string;
  /** Take no new requests. */
  readonly shed: boolean;
  /** Since when the load lies under the lower mark; only while saturated. */
  readonly calmSinceMs?: number;
}

export const DISK_ERROR_WINDOW_MS = 30_000;
/** Two marks and a time, so that the verdict does not flap around one value. */
const SATURATED_FROM = 0.95;
const RELAXED_BELOW = 0.8;
const RELAX_AFTER_MS = 3000;
const FAILING_FROM_DISK_ERRORS = 3;

export const HEALTHY: Health = { verdict: 'healthy', reason: 'within capacity', shed: false };

/** The OCA's verdict about itself: the worst of its bottlenecks, with hysteresis. */
export function judgeHealth(previous: Health, sample: HealthSample, nowMs: number): Health {
  if (sample.draining) return { verdict: 'draining', reason: 'asked to stop', shed: true };
  const failing = judgeDisks(previous, sample.recentDiskErrors);
  if (failing) return failing;
  const { load, what } = bottleneckOf(sample);
  const percent = `${what} at ${Math.round(load * 100)} % of capacity`;
  if (load >= SATURATED_FROM) return { verdict: 'saturated', reason: percent, shed: false };
  if (previous.verdict !== 'saturated') return HEALTHY;
  if (load >= RELAXED_BELOW) return { verdict: 'saturated', reason: percent, shed: false };
  const calmSinceMs = previous.calmSinceMs ?? nowMs;
  if (nowMs - calmSinceMs >= RELAX_AFTER_MS) return HEALTHY;
  return { verdict: 'saturated', reason: `${percent}, not yet for long`, shed: false, calmSinceMs };
}

/** Failing from a few errors on, and until a whole window has none. */
function judgeDisks(previous: Health, errors: number): Health | undefined {
  const stays = previous.verdict === 'failing' && errors > 0;
  if (!stays && errors < FAILING_FROM_DISK_ERRORS) return undefined;
  return { verdict: 'failing', reason: `${errors} failed disk reads in ${DISK_ERROR_WINDOW_MS / 1000} s`, shed: true };
}

function bottleneckOf(sample: HealthSample): { readonly load: number; readonly what: string } {
  const traffic = sample.trafficBps / sample.capacityBps;
  const connections = sample.connections / sample.maxConnections;
  return traffic >= connections ? { load: traffic, what: 'traffic' } : { load: connections, what: 'connections' };
}
