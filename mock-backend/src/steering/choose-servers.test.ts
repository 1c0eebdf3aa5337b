import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usability } from '../fleet/usability.ts';
import { chooseServers, MAX_SERVERS } from './choose-servers.ts';
import type { PlacedOca, RankedOca } from './rank-ocas.ts';

interface TestOca extends PlacedOca {
  readonly verdict: 'healthy' | 'saturated' | 'unusable';
  readonly holds: readonly string[];
}

const ranked = (ocas: readonly Pick<TestOca, 'verdict' | 'holds'>[]): readonly RankedOca<TestOca>[] =>
  ocas.map(({ verdict, holds }, at) => ({
    oca: {
      ocaId: `oca-${String(at).padStart(2, '0')}`,
      site: { siteId: 's', siteClass: 'embedded', latitude: 0, longitude: 0 },
      verdict,
      holds,
    },
    proximity: { prefixLength: 24, siteClass: 'embedded', asPathLength: 0, med: 0, distanceKm: 0 },
    reason: 'test',
  }));

const usabilityOf = ({ verdict }: TestOca): Usability =>
  verdict === 'unusable'
    ? { usable: false, reason: 'draining' }
    : { usable: true, saturated: verdict === 'saturated', reason: verdict };

function choose(ocas: readonly Pick<TestOca, 'verdict' | 'holds'>[], files: readonly string[]) {
  const all = ranked(ocas);
  const holdersOf = (fileId: string) =>
    new Set(all.filter(({ oca }) => oca.holds.includes(fileId)).map(({ oca }) => oca.ocaId));
  return { all, ...chooseServers(all, files, holdersOf, usabilityOf) };
}

const FILES = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'];
const oca = fc.record({
  verdict: fc.constantFrom('healthy' as const, 'healthy' as const, 'saturated' as const, 'unusable' as const),
  holds: fc.oneof(fc.constant(FILES), fc.subarray(FILES), fc.subarray(FILES, { maxLength: 2 })),
});
const fleet = fc.array(oca, { maxLength: 30 });
const wanted = fc.subarray(FILES, { minLength: 1 });

describe('the choice of servers', () => {
  it('names at most ten, each once, and only usable ones that hold what they are named for', () => {
    fc.assert(
      fc.property(fleet, wanted, (ocas, files) => {
        const { servers, fileSets } = choose(ocas, files);
        expect(servers.length).toBeLessThanOrEqual(MAX_SERVERS);
        expect(new Set(servers).size).toBe(servers.length);
        for (const set of fileSets) {
          expect(set.servers.length).toBeGreaterThan(0);
          for (const at of set.servers) {
            expect(servers[at]?.oca.verdict).not.toBe('unusable');
            for (const fileId of set.fileIds) expect(servers[at]?.oca.holds).toContain(fileId);
          }
        }
        const named = new Set(fileSets.flatMap((set) => set.servers));
        expect(named.size).toBe(servers.length);
      }),
    );
  });

  it('serves each file once, or names it as unserved, and loses none to the limit while ten cover all', () => {
    fc.assert(
      fc.property(fleet, wanted, (ocas, files) => {
        const { all, servers, fileSets, unserved } = choose(ocas, files);
        expect([...fileSets.flatMap((set) => set.fileIds), ...unserved].sort()).toEqual([...files].sort());
        if (servers.length === MAX_SERVERS) return;
        const holders = (fileId: string) =>
          all.filter(({ oca: one }) => one.verdict !== 'unusable' && one.holds.includes(fileId));
        for (const fileId of unserved) expect(holders(fileId)).toEqual([]);
      }),
    );
  });

  it('keeps the order of the network within the healthy, then within the saturated', () => {
    fc.assert(
      fc.property(fleet, wanted, (ocas, files) => {
        const { servers, fileSets } = choose(ocas, files);
        const order = servers.map(({ oca: one }) => `${one.verdict === 'saturated' ? 1 : 0}${one.ocaId}`);
        expect(order).toEqual([...order].sort());
        for (const set of fileSets) expect(set.servers).toEqual([...set.servers].sort((a, b) => a - b));
      }),
    );
  });

  it('keeps a low-ranked server that alone holds a file', () => {
    const full = Array.from({ length: 12 }, () => ({ verdict: 'healthy' as const, holds: ['f1'] }));
    const { servers, unserved, drops } = choose([...full, { verdict: 'healthy', holds: ['f2'] }], ['f1', 'f2']);
    expect(servers.map(({ oca: one }) => one.ocaId)).toContain('oca-12');
    expect(servers).toHaveLength(10);
    expect(unserved).toEqual([]);
    expect(drops.filter(({ label }) => label === 'L').map(({ ocaId }) => ocaId)).toEqual([
      'oca-09',
      'oca-10',
      'oca-11',
    ]);
  });

  it('says why an OCA was dropped or put behind', () => {
    const { servers, drops } = choose(
      [
        { verdict: 'saturated', holds: ['f1', 'f2'] },
        { verdict: 'unusable', holds: ['f1', 'f2'] },
        { verdict: 'healthy', holds: ['f1'] },
        { verdict: 'healthy', holds: [] },
      ],
      ['f1', 'f2'],
    );
    expect(servers.map(({ oca: one }) => one.ocaId)).toEqual(['oca-02', 'oca-00']);
    expect(drops).toEqual([
      { ocaId: 'oca-00', label: 'H', reason: 'saturated' },
      { ocaId: 'oca-01', label: 'H', reason: 'draining' },
      { ocaId: 'oca-02', label: 'C', reason: 'holds 1 of 2 files' },
      { ocaId: 'oca-03', label: 'C', reason: 'holds 0 of 2 files' },
    ]);
  });

  it('names nobody when nobody is left', () => {
    expect(choose([{ verdict: 'unusable', holds: FILES }], ['f1'])).toMatchObject({ servers: [], unserved: ['f1'] });
  });
});
