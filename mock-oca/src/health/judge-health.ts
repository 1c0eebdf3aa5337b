import type { HealthVerdict } from '@pressplay/protocol/messages';

export interface HealthSample {
  readonly trafficBps: number;
  readonly capacityBps: number;
  readonly connections: number;
  readonly maxConnections: number;
  /** Failed reads of the last `DISK_ERROR_WINDOW_MS`. */
  readonly recentDiskErrors: number;
  readonly draining: boolean;
  /** Absent where there are no disks to speak of. */
  readonly disks?: DiskSample | undefined;
  /** Absent in virtual time. */
  readonly machine?: MachineSample | undefined;
}

/** Means of the last seconds. */
export interface MachineSample {
  /** Of the processor that what serves may use: 1 is all of it. */
  readonly processorShare: number;
  /** How late timers of this process come. */
  readonly lateMs: number;
  /** Of the memory that this process may take. */
  readonly memoryShare: number;
}

export interface DiskSample {
  readonly all: number;
  readonly serving: number;
  /** How long a read waits on each disk that serves. */
  readonly delaysMs: readonly number[];
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
/** Who answers so late has more work than turns; a machine that others share comes near it now and then. */
const LATEST_MS = 1000;
/** A viewer who waits so long for each 4 MiB has no more than 16 Mbit/s. */
const LONGEST_DISK_DELAY_MS = 2000;

export const HEALTHY: Health = { verdict: 'healthy', reason: 'within capacity', shed: false };

/** The OCA's verdict about itself: the worst of its bottlenecks, with hysteresis. */
export function judgeHealth(previous: Health, sample: HealthSample, nowMs: number): Health {
  if (sample.draining) return { verdict: 'draining', reason: 'asked to stop', shed: true };
  const failing = judgeDisks(previous, sample);
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
function judgeDisks(previous: Health, { disks, recentDiskErrors: errors }: HealthSample): Health | undefined {
  if (disks && disks.all > 0 && disks.serving === 0)
    return { verdict: 'failing', reason: 'no disk can be used', shed: true };
  const stays = previous.verdict === 'failing' && errors > 0;
  if (!stays && errors < FAILING_FROM_DISK_ERRORS) return undefined;
  return { verdict: 'failing', reason: `${errors} failed disk reads in ${DISK_ERROR_WINDOW_MS / 1000} s`, shed: true };
}

/** Each resource by the share of it that is in use: 1 is all. */
export type Loads = Readonly<Record<'traffic' | 'connections' | 'disks' | 'processor' | 'memory', number>>;

const NAMES: Readonly<Record<keyof Loads, string>> = {
  traffic: 'traffic',
  connections: 'connections',
  disks: 'the disks',
  processor: 'the processor',
  memory: 'memory',
};

export function loadsOf(sample: HealthSample): Loads {
  const { processorShare = 0, lateMs = 0, memoryShare = 0 } = sample.machine ?? {};
  return {
    traffic: sample.trafficBps / sample.capacityBps,
    connections: sample.connections / sample.maxConnections,
    disks: diskDelayMs(sample.disks) / LONGEST_DISK_DELAY_MS,
    processor: Math.max(processorShare, lateMs / LATEST_MS),
    memory: memoryShare,
  };
}

/** What is left for one more, by the worst bottleneck. */
export function capacityLeftBps(loads: Loads, capacityBps: number): number {
  return Math.round(capacityBps * Math.max(0, 1 - Math.max(...Object.values(loads))));
}

/** The worst of what is neither the line nor the connections: those are counted request by request. */
export const strainOf = ({ disks, processor, memory }: Loads): number => Math.max(disks, processor, memory);

function bottleneckOf(sample: HealthSample): { readonly load: number; readonly what: string } {
  const loads = Object.entries(loadsOf(sample)) as [keyof Loads, number][];
  const [what, load] = loads.reduce((worst, each) => (each[1] > worst[1] ? each : worst));
  return { load, what: NAMES[what] };
}

/** Of the disk in the middle: one slow disk of several makes its own files slow, which players see, and not the box. */
function diskDelayMs({ delaysMs }: DiskSample = { all: 0, serving: 0, delaysMs: [] }): number {
  const sorted = [...delaysMs].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
