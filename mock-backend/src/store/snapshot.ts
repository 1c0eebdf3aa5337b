import type { CatalogTitle, Drain, Revocation, Route } from '@pressplay/protocol/messages';
import { revocationKey } from '../accounts/revocation.ts';
import type { BackendClock } from '../ports.ts';
import { CLOCKS_DIFFER_MS, REVOCATIONS_AT_ONCE, type Store, type StoredImport, type StoredTitle } from './store.ts';

/**
 * What a region must have read to begin plays. OCAs are not in it: they tell a region that has just started everything
 * themselves, and what they said before its start is too old to count.
 */
export interface Snapshot {
  /** When the store last answered, in Unix time in milliseconds. */
  readonly goodAtMs: number;
  readonly drains: readonly Drain[];
  readonly imports: readonly StoredImport[];
  readonly revocations: readonly Revocation[];
  titles(): AsyncIterable<CatalogTitle>;
  loadImportPart(siteId: string, importId: string, part: number): Promise<readonly Route[] | undefined>;
}

/** Keeps what was read from the store where a restart finds it. Nothing here ever fails a question to the store. */
export interface SnapshotShelf {
  /** What was kept; undefined where nothing is there that can be read. */
  read(): Promise<Snapshot | undefined>;
  keepTitles(titles: readonly StoredTitle[]): Promise<void>;
  /** All of them, in the place of those before. */
  keepRevocations(revocations: readonly Revocation[]): Promise<void>;
  keepImportPart(siteId: string, importId: string, part: number, routes: readonly Route[]): Promise<void>;
  /** Everything else of the store, as of now. What is kept is good from then on. */
  keepGood(state: { readonly drains: readonly Drain[]; readonly imports: readonly StoredImport[] }, atMs: number): void;
  /** When the store last answered and all of it was kept, in Unix time in milliseconds; undefined where never. */
  readonly goodAtMs: number | undefined;
}

export interface KeptStore {
  readonly store: Store;
  /** All was read once: what is kept is whole from now on. */
  noteWhole(): void;
}

/** The same store; what passes to this region is kept on the shelf. */
export function keepReads(store: Store, shelf: SnapshotShelf, clock: Pick<BackendClock, 'wallMs'>): KeptStore {
  let isWhole = false;
  let drains: readonly Drain[] = [];
  let imports: readonly StoredImport[] = [];
  const revocations = new Map<string, Revocation>();
  // At first also where there are none.
  let hasNews = true;
  const good = (): void => {
    if (isWhole) shelf.keepGood({ drains, imports }, clock.wallMs());
  };
  const kept: Partial<Store> = {
    async titlesSince(revision) {
      const titles = await store.titlesSince(revision);
      // Awaited, so that a large catalog is not in memory a second time.
      await shelf.keepTitles(titles);
      return titles;
    },
    async revocationsSince(revision) {
      const page = await store.revocationsSince(revision);
      for (const { revocation } of page) revocations.set(revocationKey(revocation), revocation);
      hasNews ||= page.length > 0;
      // Some of them alone, in the place of all that were kept, would open doors.
      if (!hasNews || page.length >= REVOCATIONS_AT_ONCE) return page;
      hasNews = false;
      const expiredMs = clock.wallMs() - CLOCKS_DIFFER_MS;
      for (const [key, { expiresAtMs }] of revocations) if (expiresAtMs < expiredMs) revocations.delete(key);
      await shelf.keepRevocations([...revocations.values()]);
      return page;
    },
    async saveImportPart(siteId, content) {
      await store.saveImportPart(siteId, content);
      await shelf.keepImportPart(siteId, content.importId, content.part, content.routes);
    },
    async loadImportPart(siteId, importId, part) {
      const routes = await store.loadImportPart(siteId, importId, part);
      if (routes) await shelf.keepImportPart(siteId, importId, part, routes);
      return routes;
    },
    async listImports() {
      imports = await store.listImports();
      return imports;
    },
    async listDrains() {
      drains = await store.listDrains();
      good();
      return drains;
    },
  };
  return {
    store: new Proxy(store, {
      get(target, name) {
        if (Object.hasOwn(kept, name)) return Reflect.get(kept, name);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    noteWhole() {
      isWhole = true;
      good();
    },
  };
}

/**
 * How old a snapshot is; undefined where it is too old to be used, or stamped by a clock that ran ahead: it would last longer
 * than it may.
 */
export function usableAgeMs(goodAtMs: number, wallMs: number, lifetimeMs: number): number | undefined {
  const ageMs = wallMs - goodAtMs;
  if (ageMs < -CLOCKS_DIFFER_MS || ageMs >= lifetimeMs) return undefined;
  return Math.max(0, ageMs);
}
