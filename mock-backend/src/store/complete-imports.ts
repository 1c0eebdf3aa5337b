import type { RoutesImport } from '@pressplay/protocol/messages';
import type { StoredImport } from './store.ts';

/** Puts the parts of imports together; what is not complete yet is left out. */
export function completeImports(
  kept: readonly { readonly siteId: string; readonly part: RoutesImport }[],
): readonly StoredImport[] {
  const groups = new Map<string, { readonly siteId: string; readonly parts: RoutesImport[] }>();
  for (const { siteId, part } of kept) {
    const key = JSON.stringify([siteId, part.importId]);
    const group = groups.get(key) ?? { siteId, parts: [] };
    group.parts.push(part);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ siteId, parts }) => {
    const [first] = parts;
    if (!first || parts.length !== first.parts) return [];
    const routes = parts.sort((a, b) => a.part - b.part).flatMap((part) => part.routes);
    return [{ siteId, importId: first.importId, routes }];
  });
}
