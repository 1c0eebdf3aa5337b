import type { CatalogTitle, Revocation, Route } from '@pressplay/protocol/messages';
import type { Snapshot, SnapshotShelf } from '../store/snapshot.ts';

/** Keeps in memory what outlives a region, as a disk does. */
export function testShelf(): SnapshotShelf {
  const titles = new Map<string, CatalogTitle>();
  const parts = new Map<string, readonly Route[]>();
  let revocations: readonly Revocation[] = [];
  let good: Pick<Snapshot, 'goodAtMs' | 'drains' | 'imports'> | undefined;
  const partKey = (...part: readonly [string, string, number]): string => JSON.stringify(part);
  return {
    get goodAtMs() {
      return good?.goodAtMs;
    },
    async read() {
      if (!good) return undefined;
      return {
        ...good,
        revocations,
        async *titles() {
          yield* titles.values();
        },
        loadImportPart: async (...part) => parts.get(partKey(...part)),
      };
    },
    async keepTitles(stored) {
      for (const { title } of stored) titles.set(title.titleId, title);
    },
    async keepRevocations(all) {
      revocations = all;
    },
    async keepImportPart(siteId, importId, part, routes) {
      parts.set(partKey(siteId, importId, part), routes);
    },
    keepGood(state, goodAtMs) {
      good = { ...state, goodAtMs };
    },
  };
}
