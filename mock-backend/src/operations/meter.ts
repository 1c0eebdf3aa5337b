import type { OcaCondition, RegionHealth, SiteClass } from '@pressplay/protocol/messages';
import type { PlayCounts } from '../leases/shared-plays.ts';
import type { Steered } from '../steering/steered.ts';
import type { AnsweredRequest } from './access-line.ts';

export interface ClassLoad {
  readonly ocas: number;
  readonly capacityBps: number;
  readonly trafficBps: number;
}

/** How a region is at one moment: everything that is not counted as it happens. */
export interface RegionVitals {
  readonly health: RegionHealth;
  readonly ocas: Readonly<Record<OcaCondition, number>>;
  /** What the OCAs that are heard of report, by how their sites reach viewers. */
  readonly load: Readonly<Partial<Record<SiteClass, ClassLoad>>>;
  readonly table: {
    readonly version: number;
    readonly prefixes: { readonly 4: number; readonly 6: number };
    readonly announcements: { readonly 4: number; readonly 6: number };
    /** How long the last one took to build. */
    readonly buildMs: number;
  };
  readonly plays: PlayCounts & { readonly streams: number };
  readonly decisions: { readonly waiting: number; readonly lost: number };
  /** Of what a restart without the store would begin from; undefined where there is nothing. */
  readonly snapshotAgeMs: number | undefined;
}

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Counts what happens. A process brings one that Prometheus reads; msw and the simulation bring none. */
export interface Meter {
  answered(request: AnsweredRequest): void;
  steered(decision: Steered): void;
  /** What was counted, and how the region is now. */
  expose(vitals: RegionVitals): Promise<Exposition>;
}
