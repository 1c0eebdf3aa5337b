import type { HealthReport, Route, SiteInfo } from '@pressplay/protocol/messages';
import { parsePrefix } from '../steering/address.ts';
import { buildPrefixTable, type PrefixTable } from '../steering/prefix-table.ts';
import type { Reported, StoredOca } from '../store/store.ts';

/** An OCA that reported health: it has a place and an address. */
export interface FleetOca {
  readonly ocaId: string;
  readonly site: SiteInfo;
  readonly health: { readonly report: HealthReport; readonly atMs: number };
  readonly fileIds: ReadonlySet<string>;
  readonly prefixCount: number;
}

/** One prefix as one OCA may serve it. */
export interface AnnouncedRoute {
  readonly ocaId: string;
  readonly asPathLength: number;
  readonly med: number;
}

/** One instant on the two clocks. */
export interface Instant {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** Unix time in milliseconds. */
  readonly wallMs: number;
}

/** A report as this region keeps it: when it was heard, on the monotonic clock. */
interface Heard<T> {
  readonly value: T;
  readonly atMs: number;
}

interface OcaRecord {
  readonly health?: Heard<HealthReport>;
  readonly routes?: Heard<readonly Route[]>;
  readonly inventory?: Heard<ReadonlySet<string>>;
}

export interface News {
  readonly health: boolean;
  readonly routes: boolean;
  readonly inventory: boolean;
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * What the OCAs reported, in memory, with the two indexes that every play needs: prefix to OCAs, file to OCAs.
 * What other regions stored carries Unix time and is compared by its age, so that a wall clock that jumps harms nothing.
 */
export class FleetState {
  readonly #sites: ReadonlyMap<string, SiteInfo>;
  readonly #records = new Map<string, OcaRecord>();
  readonly #holders = new Map<string, Set<string>>();
  #routes: PrefixTable<AnnouncedRoute> | undefined;

  constructor(sites: readonly SiteInfo[]) {
    this.#sites = new Map(sites.map((site) => [site.siteId, site]));
  }

  site(siteId: string): SiteInfo | undefined {
    return this.#sites.get(siteId);
  }

  /** The site an OCA said it stands at. */
  siteOf(ocaId: string): string | undefined {
    return this.#records.get(ocaId)?.health?.value.siteId;
  }

  knows(ocaId: string): boolean {
    return this.#records.get(ocaId)?.health !== undefined;
  }

  /** All OCAs that ever reported health, by id. */
  ocas(): readonly FleetOca[] {
    const found: FleetOca[] = [];
    for (const [ocaId, { health, routes, inventory }] of this.#records) {
      const site = health && this.#sites.get(health.value.siteId);
      if (!site) continue;
      found.push({
        ocaId,
        site,
        health: { report: health.value, atMs: health.atMs },
        fileIds: inventory?.value ?? NOBODY,
        prefixCount: routes?.value.length ?? 0,
      });
    }
    return found.sort((a, b) => (a.ocaId < b.ocaId ? -1 : 1));
  }

  holdersOf(fileId: string): ReadonlySet<string> {
    return this.#holders.get(fileId) ?? NOBODY;
  }

  /** Built again at the first question after a change. */
  routes(): PrefixTable<AnnouncedRoute> {
    this.#routes ??= buildPrefixTable(this.#announcements());
    return this.#routes;
  }

  /** Takes what an OCA says itself. Answers which parts are news, apart from their time. */
  report(oca: StoredOca, instant: Instant): News {
    return this.#take(oca.ocaId, {
      ...(oca.health && { health: { value: oca.health.value, atMs: instant.nowMs } }),
      ...(oca.routes && { routes: { value: oca.routes.value, atMs: instant.nowMs } }),
      ...(oca.inventory && { inventory: { value: new Set(oca.inventory.value), atMs: instant.nowMs } }),
    });
  }

  /** Takes from what is stored each part that is newer than the one known. */
  merge({ ocaId, health, routes, inventory }: StoredOca, instant: Instant): void {
    const known = this.#records.get(ocaId) ?? {};
    const heardAt = ({ atMs }: Reported<unknown>) => instant.nowMs - Math.max(0, instant.wallMs - atMs);
    const isNewer = <T>(next: Reported<T> | undefined, kept: Heard<unknown> | undefined): next is Reported<T> =>
      next !== undefined && (kept === undefined || heardAt(next) > kept.atMs);
    this.#take(ocaId, {
      ...(isNewer(health, known.health) && { health: { value: health.value, atMs: heardAt(health) } }),
      ...(isNewer(routes, known.routes) && { routes: { value: routes.value, atMs: heardAt(routes) } }),
      ...(isNewer(inventory, known.inventory) && {
        inventory: { value: new Set(inventory.value), atMs: heardAt(inventory) },
      }),
    });
  }

  #take(ocaId: string, parts: OcaRecord): News {
    const known = this.#records.get(ocaId) ?? {};
    this.#records.set(ocaId, { ...known, ...parts });
    const routes = parts.routes !== undefined && !sameRoutes(parts.routes.value, known.routes?.value);
    if (routes) this.#routes = undefined;
    const inventory = parts.inventory !== undefined && !sameFiles(parts.inventory.value, known.inventory?.value);
    if (inventory) this.#reindex(ocaId, known.inventory?.value ?? NOBODY, parts.inventory?.value ?? NOBODY);
    return { health: parts.health !== undefined, routes, inventory };
  }

  #reindex(ocaId: string, before: ReadonlySet<string>, after: ReadonlySet<string>): void {
    for (const fileId of before) {
      if (after.has(fileId)) continue;
      const holders = this.#holders.get(fileId);
      holders?.delete(ocaId);
      if (holders?.size === 0) this.#holders.delete(fileId);
    }
    for (const fileId of after) {
      const holders = this.#holders.get(fileId);
      if (holders) holders.add(ocaId);
      else this.#holders.set(fileId, new Set([ocaId]));
    }
  }

  *#announcements() {
    for (const [ocaId, { routes }] of this.#records) {
      for (const route of routes?.value ?? []) {
        const prefix = parsePrefix(route.prefix);
        if (prefix) yield { prefix, value: { ocaId, asPathLength: route.asPath.length, med: route.med } };
      }
    }
  }
}

function sameFiles(a: ReadonlySet<string>, b: ReadonlySet<string> | undefined): boolean {
  return b !== undefined && a.size === b.size && [...a].every((fileId) => b.has(fileId));
}

const sameRoutes = (a: readonly Route[], b: readonly Route[] | undefined): boolean =>
  a === b || (b !== undefined && JSON.stringify(a) === JSON.stringify(b));
