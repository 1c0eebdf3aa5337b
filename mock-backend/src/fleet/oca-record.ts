import type { HealthReport, SiteInfo } from '@pressplay/protocol/messages';
import type { AnnouncedRoutes } from '../steering/announced-routes.ts';
import type { Content } from '../steering/content.ts';
import { hash32 } from './rendezvous.ts';

/** A report as this region keeps it: when it was heard, on the monotonic clock. */
export interface Heard<T> {
  readonly value: T;
  readonly atMs: number;
}

/** What one OCA reported. Routing holds on to the record, so that a decision reads the newest state without a search. */
export class OcaRecord {
  readonly ocaId: string;
  readonly hash: number;
  /** Its place among the OCAs of the fleet. */
  readonly number: number;
  site: SiteInfo | undefined;
  health: Heard<HealthReport> | undefined;
  /** Unix time that the region which heard it put on that health. */
  healthStampMs: number | undefined;
  routes: AnnouncedRoutes | undefined;
  routesAtMs = Number.NEGATIVE_INFINITY;
  /** What it holds; undefined until it said so. */
  content: Content | undefined;
  inventoryAtMs = Number.NEGATIVE_INFINITY;
  /** Why operators took it out of service. */
  drained: string | undefined;
  /** Bit rates of the plays that were given to it since its last report. */
  givenBps = 0;

  constructor(ocaId: string, number = 0) {
    this.ocaId = ocaId;
    this.number = number;
    this.hash = hash32(ocaId);
  }

  get capacityBps(): number {
    return this.health?.value.capacityBps ?? 0;
  }

  get loadBps(): number {
    return (this.health?.value.trafficBps ?? 0) + this.givenBps;
  }

  get verdict(): HealthReport['verdict'] {
    const said = this.health?.value.verdict ?? 'failing';
    return this.drained !== undefined && said !== 'failing' ? 'draining' : said;
  }

  get reason(): string {
    return this.drained ?? this.health?.value.reason ?? 'never reported health';
  }

  get heardAtMs(): number {
    return this.health?.atMs ?? Number.NEGATIVE_INFINITY;
  }
}
