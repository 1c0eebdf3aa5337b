import type { HealthReport, SteeringDecision } from '@pressplay/protocol/messages';
import { expect, it } from 'vitest';
import { type Store, type StoredOca, stampsOf } from '../store/store.ts';
import { playConformance } from './play-conformance.ts';
import { revocationConformance } from './revocation-conformance.ts';
import { makeTitle } from './test-region.ts';

const health = (ocaId: string, reason: string): HealthReport => ({
  ocaId,
  siteId: 'core-1',
  baseUrl: 'http://core',
  verdict: 'healthy',
  reason,
  capacityBps: 1e10,
  trafficBps: 12.5,
  connections: 3,
  servedBytes: 2 ** 40,
  uptimeMs: 5,
});

const sorted = (ocas: readonly StoredOca[]) => [...ocas].sort((a, b) => (a.ocaId < b.ocaId ? -1 : 1));

/** What every store must do. `open` gives an empty one; `reopen` another door to the same. */
export function storeConformance(open: () => Promise<Store>, reopen: (store: Store) => Promise<Store>): void {
  it('gives changed titles in the order of their change, unaltered', async () => {
    const store = await open();
    expect(await store.titlesSince(0)).toEqual([]);
    const first = await store.putTitle(makeTitle('first'));
    const second = await store.putTitle(makeTitle('second'));
    expect(second.revision).toBeGreaterThan(first.revision);
    expect(await store.titlesSince(0)).toEqual([first, second]);
    const again = await store.putTitle(makeTitle('first', { name: 'Ætt & "quotes"' }));
    const other = await reopen(store);
    expect(await other.titlesSince(second.revision)).toEqual([again]);
    expect((await other.titlesSince(0)).map(({ title }) => title.titleId)).toEqual(['second', 'first']);
    expect(JSON.stringify((await other.titlesSince(second.revision))[0]?.title)).toBe(JSON.stringify(again.title));
  });

  it('gives every change its own revision when many come at once', async () => {
    const store = await open();
    const put = await Promise.all(Array.from({ length: 20 }, (_, i) => store.putTitle(makeTitle(`title-${i % 5}`))));
    expect(new Set(put.map(({ revision }) => revision)).size).toBe(20);
    expect(await store.titlesSince(0)).toHaveLength(5);
  });

  playConformance(open, reopen);

  it('keeps the newer of each part that OCAs reported', async () => {
    const store = await open();
    const other = await reopen(store);
    await store.saveOcas([], 20);
    await store.saveOcas(
      [
        { ocaId: 'b', inventory: { value: ['f1', 'f2'], atMs: 10 } },
        { ocaId: 'a', health: { value: health('a', 'first'), atMs: 10 } },
      ],
      20,
    );
    await other.saveOcas(
      [
        { ocaId: 'a', health: { value: health('a', 'late'), atMs: 9 }, routes: { value: [], atMs: 9 } },
        { ocaId: 'b', health: { value: health('b', 'b'), atMs: 12 }, inventory: { value: [], atMs: 11 } },
      ],
      20,
    );
    expect(sorted(await store.loadOcas())).toEqual([
      { ocaId: 'a', health: { value: health('a', 'first'), atMs: 10 }, routes: { value: [], atMs: 9 } },
      { ocaId: 'b', health: { value: health('b', 'b'), atMs: 12 }, inventory: { value: [], atMs: 11 } },
    ]);
  });

  it('gives of some OCAs only what changed since it was read', async () => {
    const store = await open();
    const inventory = { value: ['f1'], atMs: 10 };
    const routes = { value: [{ prefix: '192.0.2.0/24', asPath: [], med: 0 }], atMs: 10 };
    const reported = (ocaId: string, atMs: number) => ({ ocaId, health: { value: health(ocaId, 'x'), atMs } });
    await store.saveOcas([{ ...reported('a', 10), inventory, routes }, reported('b', 10), reported('c', 10)], 20);
    const read = (await store.loadOcas()).filter(({ ocaId }) => ocaId !== 'c').map(stampsOf);
    expect(await store.changedOcas(read)).toEqual([]);
    await store.saveOcas([reported('a', 12), { ocaId: 'c', inventory }], 20);
    expect(await store.changedOcas(read)).toEqual([reported('a', 12)]);
    expect(await store.changedOcas([{ ocaId: 'a' }, { ocaId: 'unknown' }])).toEqual([
      { ...reported('a', 12), inventory, routes },
    ]);
    expect(await store.changedOcas([])).toEqual([]);
    expect(await store.countOcas()).toBe(3);
    expect([...(await store.listOcaIds())].sort()).toEqual(['a', 'b', 'c']);
  });

  it('what a clock that ran ahead stamped gives way to what is reported now; clocks that differ a little harm nothing', async () => {
    const store = await open();
    const other = await reopen(store);
    const nowMs = 1_800_000_000_000;
    const aheadMs = nowMs + 24 * 3_600_000;
    const routes = [{ prefix: '192.0.2.0/24', asPath: [], med: 0 }];
    const save = (one: typeof store, what: string, atMs: number, parts: object = {}) =>
      one.saveOcas([{ ocaId: 'a', health: { value: health('a', what), atMs }, ...parts }], atMs);
    const kept = async () => (await store.loadOcas())[0];
    await save(store, 'by a clock a day ahead', aheadMs, { routes: { value: routes, atMs: aheadMs } });
    await save(other, 'true', nowMs);
    // What nobody reported anew stays, whenever it was.
    expect(await kept()).toEqual({
      ocaId: 'a',
      health: { value: health('a', 'true'), atMs: nowMs },
      routes: { value: routes, atMs: aheadMs },
    });
    await other.saveOcas([{ ocaId: 'a', routes: { value: [], atMs: nowMs } }], nowMs);
    expect((await kept())?.routes).toEqual({ value: [], atMs: nowMs });
    await save(store, 'by a clock a little ahead', nowMs + 30_000);
    await save(other, 'older by its stamp', nowMs + 1000);
    expect((await kept())?.health?.value.reason).toBe('by a clock a little ahead');
  });

  it('survives regions that save the same OCAs at once', async () => {
    const store = await open();
    const other = await reopen(store);
    const batch = (atMs: number) =>
      Array.from({ length: 12 }, (_, i) => ({ ocaId: `oca-${i}`, health: { value: health(`oca-${i}`, 'x'), atMs } }));
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other).saveOcas(i % 3 ? batch(i) : batch(i).reverse(), 20)),
    );
    expect((await store.loadOcas()).map(({ health }) => health?.atMs)).toEqual(Array(12).fill(19));
  });

  it('keeps what operators drained, by kind and id, until they end it', async () => {
    const store = await open();
    const other = await reopen(store);
    const oca = { kind: 'oca' as const, id: 'same-1', reason: 'Ætt & "quotes"', sinceMs: 10 };
    const site = { ...oca, kind: 'site' as const };
    const listed = async () => [...(await other.listDrains())].sort((a, b) => (a.kind < b.kind ? -1 : 1));
    expect(await listed()).toEqual([]);
    await store.putDrain(oca);
    await other.putDrain(site);
    expect(await listed()).toEqual([oca, site]);
    await store.putDrain({ ...oca, reason: 'new disks', sinceMs: 20 });
    expect(await listed()).toEqual([{ ...oca, reason: 'new disks', sinceMs: 20 }, site]);
    await other.endDrain('oca', 'same-1');
    await other.endDrain('oca', 'never-there');
    expect(await listed()).toEqual([site]);
  });

  revocationConformance(open, reopen);

  it('keeps the log of steering decisions', async () => {
    const store = await open();
    const other = await reopen(store);
    const playA = 'a'.repeat(32);
    const playB = 'b'.repeat(32);
    await store.appendDecisions([]);
    await store.appendDecisions([decision(playA, 10), decision(playB, 20)]);
    await other.appendDecisions([decision(playA, 30)]);
    expect(await store.findDecisions(playA)).toEqual([decision(playA, 10), decision(playA, 30)]);
    expect(JSON.stringify(await other.findDecisions(playB))).toBe(JSON.stringify([decision(playB, 20)]));
    expect(await store.latestDecisions(0, 2)).toEqual([decision(playB, 20), decision(playA, 30)]);
    expect(await other.latestDecisions(30, 10)).toEqual([decision(playA, 30)]);
    expect(await store.forgetDecisions(30)).toBe(2);
    expect(await other.latestDecisions(0, 10)).toEqual([decision(playA, 30)]);
  });

  it('puts an import of routes in force with its last part, in the place of the one before', async () => {
    const store = await open();
    const other = await reopen(store);
    const part = (importId: string, at: number, parts: number) => ({
      importId,
      part: at,
      parts,
      routes: [{ prefix: `10.${at}.0.0/16`, asPath: [64501], med: at }],
    });
    await store.saveImportPart('s', part('first', 0, 1));
    await store.saveImportPart('other', part('first', 0, 1));
    await store.saveImportPart('s', part('second', 0, 2));
    const imports = async () => [...(await other.listImports())].sort((a, b) => (a.siteId < b.siteId ? -1 : 1));
    expect(await imports()).toEqual([
      { siteId: 'other', importId: 'first', parts: 1 },
      { siteId: 's', importId: 'first', parts: 1 },
    ]);
    await other.saveImportPart('s', part('second', 1, 2));
    await other.saveImportPart('s', part('second', 1, 2));
    expect(await imports()).toEqual([
      { siteId: 'other', importId: 'first', parts: 1 },
      { siteId: 's', importId: 'second', parts: 2 },
    ]);
    for (const at of [0, 1]) expect(await other.loadImportPart('s', 'second', at)).toEqual(part('', at, 2).routes);
    expect(await other.loadImportPart('s', 'first', 0)).toBeUndefined();
  });
}

const decision = (playId: string, atMs: number): SteeringDecision => ({
  inputs: {
    playId,
    titleId: 'film',
    region: 'us-east-1',
    occasion: 'start',
    atMs,
    clientPrefix: '198.51.100.0/24',
    tableVersion: 1,
    playBps: 1.5e6,
    fileIds: ['f'.repeat(32)],
    sites: [],
  },
  choice: { servers: [], fileSets: [], unserved: ['f'.repeat(32)], drops: [] },
});
