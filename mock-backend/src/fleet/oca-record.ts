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
  /** Digests of the reports that routes and inventory are of; absent where another region heard them. */
  readonly told: { routes?: string; inventory?: string } = {};
  /** Why operators took it out of service. */
  drained: string | undefined;
  /** Bit rates of the plays that were given to it since its last report. */
  givenBps = 0;

  #serverJson: string | undefined;

  constructor(ocaId: string, number = 0) {
    this.ocaId = ocaId;
    this.number = number;
    this.hash = hash32(ocaId);
  }

  /** The `Server` of a play's answer but for its rank and what closes it; undefined before it has a place and an address. */
  get serverJson(): string | undefined {
    const { ocaId, site, health } = this;
    if (this.#serverJson !== undefined || !site || !health) return this.#serverJson;
    const { siteId, siteClass } = site;
    const { baseUrl } = health.value;
    this.#serverJson = `${JSON.stringify({ ocaId, siteId, siteClass, baseUrl }).slice(0, -1)},"rank":`;
    return this.#serverJson;
  }

  /** An OCA says each second how it is, and hardly ever that it is elsewhere. */
  takeHealth(health: Heard<HealthReport>, site: SiteInfo | undefined): void {
    if (site !== this.site || health.value.baseUrl !== this.health?.value.baseUrl) this.#serverJson = undefined;
    this.health = health;
    this.site = site;
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
