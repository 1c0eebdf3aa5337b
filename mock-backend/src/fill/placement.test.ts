import { describe, expect, it } from 'vitest';
import { SITES } from '../testing/test-region.ts';
import { type FillOca, placeFile } from './placement.ts';

const [embedded, , core] = SITES;
const ocasAt = (site: FillOca['site'] | undefined, count: number): FillOca[] =>
  site ? Array.from({ length: count }, (_, i) => ({ ocaId: `${site.siteId}-${i}`, site })) : [];
const RULE = { smallCatalogBytes: 1000, copiesPerSite: 2 };
const files = Array.from({ length: 300 }, (_, i) => `file-${i}`);

describe('placement', () => {
  it('puts everything everywhere while the catalog is small, and always at full-catalog sites', () => {
    const site = ocasAt(embedded, 3);
    for (const oca of site) {
      expect(placeFile('f', oca, site, 1000, RULE)).toEqual({ place: true, reason: 'small-catalog' });
    }
    const [largest] = ocasAt(core, 1);
    expect(largest && placeFile('f', largest, [largest], 1e12, RULE)).toEqual({ place: true, reason: 'full-catalog' });
  });

  it('keeps two copies of each file at a site once the catalog is large, evenly spread', () => {
    const site = ocasAt(embedded, 4);
    const placed = files.map((fileId) => site.filter((oca) => placeFile(fileId, oca, site, 1001, RULE).place));
    expect(placed.every((ocas) => ocas.length === 2)).toBe(true);
    for (const oca of site) {
      expect(Math.abs(placed.filter((ocas) => ocas.includes(oca)).length - 150)).toBeLessThan(40);
    }
  });

  it('moves only the share of an OCA that leaves', () => {
    const site = ocasAt(embedded, 4);
    const rest = site.slice(1);
    for (const fileId of files) {
      const before = rest.filter((oca) => placeFile(fileId, oca, site, 1001, RULE).place);
      const after = rest.filter((oca) => placeFile(fileId, oca, rest, 1001, RULE).place);
      expect(after).toEqual(expect.arrayContaining(before));
    }
  });
});
