import type { RoutesImport } from '@pressplay/protocol/messages';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { BackendClock, Log } from '../ports.ts';
import type { Snapshot } from '../store/snapshot.ts';
import type { Store, StoredImport } from '../store/store.ts';
import { type AnnouncedRoutes, joinRoutes, packAnnounced } from './announced-routes.ts';

export const IMPORT_SYNC_INTERVAL_MS = 2000;
const PAUSE_AFTER_FAILURE_MS = 5000;
/** Imports that are on their way; of those that were given up nothing is heard again. */
const GATHERED_AT_MOST = 8;

/**
 * Routes that operators bring from dumps. They come in parts, each packed as it comes, so that a million routes are
 * never read at once; the last one puts the whole import in force. What came by way of another region is read from the
 * store, by and by.
 */
export class RouteImports {
  readonly #store: Store;
  readonly #fleet: FleetState;
  readonly #clock: BackendClock;
  readonly #log: Log;
  readonly #inForce = new Map<string, string>();
  readonly #gathered = new Map<string, Map<number, AnnouncedRoutes>>();
  #running: Promise<void> | undefined;
  #nextAtMs = Number.NEGATIVE_INFINITY;

  constructor(store: Store, fleet: FleetState, clock: BackendClock, log: Log) {
    this.#store = store;
    this.#fleet = fleet;
    this.#clock = clock;
    this.#log = log;
  }

  /** Takes every complete import that is not in force yet. Fails when the store does. */
  async load(): Promise<void> {
    this.#nextAtMs = this.#clock.nowMs() + IMPORT_SYNC_INTERVAL_MS;
    await this.#takeAll(await this.#store.listImports(), this.#store);
  }

  /** Takes the imports of a snapshot. */
  restore(snapshot: Pick<Snapshot, 'imports' | 'loadImportPart'>): Promise<void> {
    return this.#takeAll(snapshot.imports, snapshot);
  }

  /** Looks for imports by way of other regions when that is due, beside the request that gave the beat. */
  beat(): void {
    if (this.#running || this.#clock.nowMs() < this.#nextAtMs) return;
    this.#running = this.load()
      .catch((error) => {
        this.#nextAtMs = this.#clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
        this.#log('warn', 'imports of routes not read: the store does not answer', { error: String(error) });
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async take(siteId: string, content: RoutesImport): Promise<void> {
    const { importId, part, parts, routes } = content;
    await this.#store.saveImportPart(siteId, content);
    const gathered = this.#gather(siteId, importId);
    gathered.set(part, packAnnounced(routes));
    if (part + 1 < parts) return;
    // A part that another region took is in the store.
    const all =
      gathered.size === parts ? inOrder(gathered) : await this.#partsOf({ siteId, importId, parts }, this.#store);
    this.#gathered.delete(keyOf(siteId, importId));
    if (all) this.#putInForce(siteId, importId, all);
  }

  async #takeAll(imports: readonly StoredImport[], source: Pick<Store, 'loadImportPart'>): Promise<void> {
    for (const stored of imports) {
      if (this.#inForce.get(stored.siteId) === stored.importId) continue;
      const parts = await this.#partsOf(stored, source);
      if (parts) this.#putInForce(stored.siteId, stored.importId, parts);
    }
  }

  #putInForce(siteId: string, importId: string, parts: readonly AnnouncedRoutes[]): void {
    this.#inForce.set(siteId, importId);
    this.#fleet.importRoutes(siteId, joinRoutes(parts));
  }

  /** Undefined where the import is incomplete or was replaced meanwhile. */
  async #partsOf(
    { siteId, importId, parts }: StoredImport,
    source: Pick<Store, 'loadImportPart'>,
  ): Promise<readonly AnnouncedRoutes[] | undefined> {
    const packed: AnnouncedRoutes[] = [];
    for (let part = 0; part < parts; part++) {
      const routes = await source.loadImportPart(siteId, importId, part);
      if (!routes) return undefined;
      packed.push(packAnnounced(routes));
    }
    return packed;
  }

  #gather(siteId: string, importId: string): Map<number, AnnouncedRoutes> {
    const key = keyOf(siteId, importId);
    const gathered = this.#gathered.get(key) ?? new Map<number, AnnouncedRoutes>();
    this.#gathered.set(key, gathered);
    const [oldest] = this.#gathered.keys();
    if (oldest !== undefined && this.#gathered.size > GATHERED_AT_MOST) this.#gathered.delete(oldest);
    return gathered;
  }
}

const keyOf = (siteId: string, importId: string): string => JSON.stringify([siteId, importId]);

const inOrder = (gathered: ReadonlyMap<number, AnnouncedRoutes>): AnnouncedRoutes[] =>
  [...gathered].sort(([a], [b]) => a - b).map(([, routes]) => routes);
