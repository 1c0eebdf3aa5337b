import type { Drain, HealthReport, Route, SiteInfo } from '@pressplay/protocol/messages';
import type { AnnouncedRoutes } from '../steering/announced-routes.ts';
import type { FileNumbers } from '../steering/content.ts';
import { RouteBook, type TableBuilder } from '../steering/route-book.ts';
import type { Routing } from '../steering/routing.ts';
import type { Reported, StoredOca } from '../store/store.ts';
import { DrainBook } from './drain-book.ts';
import { type FileSet, HeldFiles } from './file-set.ts';
import { Inventories } from './inventories.ts';
import { LastHeard } from './last-heard.ts';
import { LivenessCount, type LivenessRule } from './liveness.ts';
import { OcaRecord } from './oca-record.ts';

/** An OCA that reported health: it has a place and an address. */
export interface FleetOca {
  readonly ocaId: string;
  readonly site: SiteInfo;
  readonly health: {
    readonly report: HealthReport;
    readonly atMs: number;
    /** Why operators took it out of service. */
    readonly drained?: string;
  };
  readonly fileIds: FileSet;
  readonly prefixCount: number;
}

/** One instant on the two clocks. */
export interface Instant {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** Unix time in milliseconds. */
  readonly wallMs: number;
}

export interface News {
  readonly health: boolean;
  readonly routes: boolean;
  readonly inventory: boolean;
}

/** Parts that an OCA tells again and again as they were. */
export type RepeatedPart = 'routes' | 'inventory';

/**
 * What the OCAs reported, in memory, with the two indexes that every play needs: prefix to OCAs, file to OCAs.
 * What other regions stored carries Unix time and is compared by its age, so that a wall clock that jumps harms nothing.
 */
export class FleetState {
  readonly #sites: ReadonlyMap<string, SiteInfo>;
  readonly #records = new Map<string, OcaRecord>();
  readonly #inventories = new Inventories<OcaRecord>();
  readonly #routes: RouteBook<OcaRecord>;
  readonly #lastHeard = new LastHeard();
  #drains = new DrainBook();
  /** The rule of the last question, and how often it or the site of an OCA was another than before. */
  #rule: LivenessRule | undefined;
  #moves = 0;

  constructor(
    sites: readonly SiteInfo[],
    buildTable?: TableBuilder,
    onBuildFailure?: (error: unknown) => void,
    nowMs?: () => number,
  ) {
    this.#sites = new Map(sites.map((site) => [site.siteId, site]));
    this.#routes = new RouteBook(buildTable, onBuildFailure, nowMs);
  }

  site(siteId: string): SiteInfo | undefined {
    return this.#sites.get(siteId);
  }

  /** The site an OCA said it stands at. */
  siteOf(ocaId: string): string | undefined {
    return this.#records.get(ocaId)?.health?.value.siteId;
  }

  /** The numbers of the files that OCAs hold or plays ask for. */
  get files(): FileNumbers {
    return this.#inventories.files;
  }

  knows(ocaId: string): boolean {
    return this.#records.get(ocaId)?.health !== undefined;
  }

  /** Where an OCA serves; undefined before its first health report. */
  baseUrlOf(ocaId: string): string | undefined {
    return this.#records.get(ocaId)?.health?.value.baseUrl;
  }

  /** Whether its routes and its files are known, if only from the store. */
  heardAll(ocaId: string): boolean {
    const { routes, content } = this.#records.get(ocaId) ?? {};
    return routes !== undefined && content !== undefined;
  }

  /** What an OCA announces itself; undefined until it said so. */
  routesOf(ocaId: string): AnnouncedRoutes | undefined {
    return this.#records.get(ocaId)?.routes;
  }

  /** All OCAs that ever reported health, by id. */
  ocas(): readonly FleetOca[] {
    const found = [...this.#records.keys()].flatMap((ocaId) => this.oca(ocaId) ?? []);
    return found.sort((a, b) => (a.ocaId < b.ocaId ? -1 : 1));
  }

  /** OCAs that once reported their health and were not heard of since `sinceMs`. */
  silentOcas(sinceMs: number): readonly string[] {
    return this.#lastHeard.silentSince(sinceMs);
  }

  /** undefined before its first health report. */
  oca(ocaId: string): FleetOca | undefined {
    const { site, health, drained, routes, content } = this.#records.get(ocaId) ?? {};
    if (!site || !health) return undefined;
    return {
      ocaId,
      site,
      health: { report: health.value, atMs: health.atMs, ...(drained !== undefined && { drained }) },
      fileIds: new HeldFiles(this.files, content),
      prefixCount: routes?.count ?? 0,
    };
  }

  holds(ocaId: string, fileId: string): boolean {
    const file = this.files.find(fileId);
    return file !== undefined && this.#records.get(ocaId)?.content?.has(file) === true;
  }

  /** Of files with enough copies it is known without counting, until an OCA lets go of any file. */
  isLive(fileIds: readonly string[], rule: LivenessRule): boolean {
    const list = this.files.listOf(fileIds);
    const losses = this.#losses(rule);
    if (list.liveAfter === losses) return true;
    const count = new LivenessCount(rule);
    if (count.isLive) return true;
    this.#inventories.visitHolders(list, ({ health }) => {
      if (health) count.add(health.value.siteId);
      return count.isLive ? 'enough' : 'more';
    });
    if (count.isLive) list.liveAfter = losses;
    return count.isLive;
  }

  /** Changes with whatever could make a live title one that is not. */
  #losses(rule: LivenessRule): number {
    const { copiesNeeded, sitesNeeded } = rule;
    if (copiesNeeded !== this.#rule?.copiesNeeded || sitesNeeded !== this.#rule.sitesNeeded) {
      this.#rule = { copiesNeeded, sitesNeeded };
      this.#moves++;
    }
    return this.#inventories.losses + this.#moves;
  }

  /** Of each OCA that holds all of these files, the site it said it stands at. */
  sitesHolding(fileIds: readonly string[]): readonly string[] {
    const siteIds: string[] = [];
    this.#inventories.visitHolders(this.files.listOf(fileIds), ({ health }) => {
      if (health) siteIds.push(health.value.siteId);
      return 'more';
    });
    return siteIds;
  }

  /** Who announces what, as far as tables are built. */
  routing(): Routing<OcaRecord> {
    return this.#routes.current();
  }

  /** How long the last table took to build. */
  get tableBuildMs(): number {
    return this.#routes.buildMs;
  }

  /** Resolves once all routes known now are in the table. */
  routingSettled(): Promise<void> {
    return this.#routes.settled();
  }

  /** Routes of a site from a dump of its router, beside what its OCAs report. Replaces the import before. */
  importRoutes(siteId: string, routes: AnnouncedRoutes): void {
    this.#routes.import(siteId, routes);
  }

  /** What operators took out of service, all of it. */
  setDrains(drains: readonly Drain[]): void {
    // Read every two seconds, and hardly ever another: looking at each OCA would keep plays waiting.
    if (JSON.stringify(drains) === JSON.stringify(this.#drains.list)) return;
    this.#drains = new DrainBook(drains);
    for (const record of this.#records.values()) {
      const drained = this.#drains.reasonFor(record.ocaId, record.site?.siteId);
      if (drained === record.drained) continue;
      record.drained = drained;
      this.#routes.noteState(record);
    }
  }

  get drains(): readonly Drain[] {
    return this.#drains.list;
  }

  /** A play begins on an OCA: until its next report shows it, the play counts as load. */
  give(ocaId: string, playBps: number): void {
    const record = this.#records.get(ocaId);
    if (record) this.giveTo(record, playBps);
  }

  giveTo(record: OcaRecord, playBps: number): void {
    record.givenBps += playBps;
    this.#routes.noteLoad(record);
  }

  /** Takes what an OCA says itself. Answers which parts are news, apart from their time. */
  report(oca: StoredOca, { nowMs }: Instant): News {
    return this.#take(oca, () => nowMs);
  }

  /** An OCA at rest repeats itself word for word: whether this digest is of what is known, which is then news of now. */
  repeats(ocaId: string, part: RepeatedPart, digest: string, { nowMs }: Instant): boolean {
    const record = this.#records.get(ocaId);
    if (record?.told[part] !== digest) return false;
    record[`${part}AtMs`] = nowMs;
    return true;
  }

  /** That is the digest of the report that was just taken. */
  noteTold(ocaId: string, part: RepeatedPart, digest: string): void {
    const record = this.#records.get(ocaId);
    if (record) record.told[part] = digest;
  }

  /** Takes from what is stored each part that is newer than the one known. */
  merge({ ocaId, health, routes, inventory }: StoredOca, instant: Instant): void {
    const known = this.#records.get(ocaId);
    const heardAt = ({ atMs }: Reported<unknown>) => instant.nowMs - Math.max(0, instant.wallMs - atMs);
    const isNewer = <T>(next: Reported<T> | undefined, knownAtMs = Number.NEGATIVE_INFINITY): next is Reported<T> =>
      next !== undefined && heardAt(next) > knownAtMs;
    // A report stamped by a clock that ran ahead is as new each time it is read: it counts once.
    const isHeard = health !== undefined && health.atMs === known?.healthStampMs;
    const parts = {
      ocaId,
      ...(!isHeard && isNewer(health, known?.health?.atMs) && { health }),
      ...(isNewer(routes, known?.routesAtMs) && { routes }),
      ...(isNewer(inventory, known?.inventoryAtMs) && { inventory }),
    };
    this.#take(parts, heardAt);
  }

  #take({ ocaId, health, routes, inventory }: StoredOca, heardAt: (part: Reported<unknown>) => number): News {
    const record = this.#records.get(ocaId) ?? this.#inventories.add((number) => new OcaRecord(ocaId, number));
    this.#records.set(ocaId, record);
    if (health) this.#takeHealth(record, health, heardAt(health));
    const news = {
      health: health !== undefined,
      routes: routes !== undefined && this.#takeRoutes(record, routes.value),
      inventory: inventory !== undefined && this.#inventories.take(record, inventory.value),
    };
    if (routes) {
      record.routesAtMs = heardAt(routes);
      delete record.told.routes;
    }
    if (inventory) {
      record.inventoryAtMs = heardAt(inventory);
      delete record.told.inventory;
    }
    if (health || inventory) this.#routes.noteState(record);
    return news;
  }

  #takeHealth(record: OcaRecord, { value, atMs: stampMs }: Reported<HealthReport>, atMs: number): void {
    const site = this.#sites.get(value.siteId);
    const { site: before } = record;
    if (record.health && record.health.value.siteId !== value.siteId) this.#moves++;
    record.takeHealth({ value, atMs }, site);
    record.healthStampMs = stampMs;
    this.#lastHeard.note(record.number, record.ocaId, site && atMs);
    record.givenBps = 0;
    record.drained = this.#drains.reasonFor(record.ocaId, site?.siteId);
    if (site !== before) this.#routes.place(record, before);
  }

  #takeRoutes(record: OcaRecord, value: readonly Route[]): boolean {
    const routes = this.#routes.take(value);
    if (routes.digest === record.routes?.digest) return false;
    record.routes = routes;
    this.#routes.noteRoutes(record);
    return true;
  }
}
