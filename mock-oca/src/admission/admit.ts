import type { WorkKind } from './work-kind.ts';

/** How busy this OCA is, for one kind of work. Shares: 1 is all it has. */
export interface Busyness {
  /** Health says that this OCA takes no more work at all. */
  readonly shed: boolean;
  /** How far what was promised is ahead of what the kind's share of the capacity could have sent. */
  readonly aheadMs: number;
  readonly connectionShare: number;
  /** The worst of disks, processor and memory. */
  readonly strainShare: number;
}

export type Admitted =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly reason: 'shedding' | 'capacity' | 'connections' | 'strain' };

export interface Bounds {
  /** Of the capacity: more than this, all work together, and the kind is refused. */
  readonly rateShare: number;
  /** A burst may run so far ahead of that. */
  readonly aheadMs: number;
  readonly connectionShare: number;
  readonly strainShare: number;
}

/**
 * Who is refused from when on. Prefetches and probes go first, then neighbours that copy files, then plays that could as
 * well begin elsewhere; last those that this OCA serves already, for whom leaving costs the most.
 */
export const BOUNDS: Readonly<Record<WorkKind, Bounds>> = {
  prefetch: { rateShare: 0.75, aheadMs: 250, connectionShare: 0.75, strainShare: 0.75 },
  fill: { rateShare: 0.85, aheadMs: 350, connectionShare: 0.8, strainShare: 0.8 },
  'new-play': { rateShare: 0.95, aheadMs: 500, connectionShare: 0.9, strainShare: 0.95 },
  'running-play': { rateShare: 1, aheadMs: 2000, connectionShare: 1, strainShare: 2 },
};

/** Copies come in bulk: one that has the box for itself is no overload before it has run so far ahead. */
export const COPIES_AHEAD_MS = 4000;

const ADMITTED: Admitted = { admitted: true };

/** Whether a request of this kind is served now. */
export function admit(kind: WorkKind, busy: Busyness): Admitted {
  const bounds = BOUNDS[kind];
  if (busy.shed) return { admitted: false, reason: 'shedding' };
  if (busy.connectionShare >= bounds.connectionShare) return { admitted: false, reason: 'connections' };
  if (busy.aheadMs > bounds.aheadMs) return { admitted: false, reason: 'capacity' };
  if (busy.strainShare >= bounds.strainShare) return { admitted: false, reason: 'strain' };
  return ADMITTED;
}
