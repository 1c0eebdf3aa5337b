import type { RegionFailure } from '@pressplay/testkit/fleet';

/** What a drill does: load alone, then without the region, then with it again. */
export interface DrillPlan {
  readonly regionId: string;
  readonly titleId: string;
  readonly how: RegionFailure;
  readonly outageMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** New plays a second. */
  readonly rate: number;
  /** How long a viewer of the load stays, */
  readonly viewerMs: number;
  /** and how often he asks for a fresh grant meanwhile. */
  readonly renewEveryMs: number;
  /** Whole headless plays beside the load. */
  readonly players: number;
}

export const DRILL_DEFAULTS = {
  how: 'kill',
  outageMs: 60_000,
  beforeMs: 10_000,
  afterMs: 10_000,
  rate: 20,
  viewerMs: 20_000,
  renewEveryMs: 5000,
  players: 3,
} as const;

/** What must hold. */
export const DRILL_TARGETS = { lostPlays: 0, recoveryMs: 2000, stalls: 0 } as const;
