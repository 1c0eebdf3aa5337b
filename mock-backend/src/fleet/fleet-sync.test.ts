import type { HealthReport } from '@pressplay/protocol/messages';
import { expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import type { OcaStamps, StoredOca } from '../store/store.ts';
import { SITES, testClock } from '../testing/test-region.ts';
import { FleetState } from './fleet-state.ts';
import { FleetSync } from './fleet-sync.ts';

class CountingStore extends MemoryStore {
  readonly saves: (readonly StoredOca[])[] = [];
  isDown = false;
  override async saveOcas(ocas: readonly StoredOca[], nowMs: number): Promise<void> {
    if (this.isDown) throw new Error('down');
    this.saves.push(ocas);
    await super.saveOcas(ocas, nowMs);
  }
  readonly reads: StoredOca[] = [];
  wholeReads = 0;
  lists = 0;
  override async listOcaIds(): Promise<readonly string[]> {
    this.lists++;
    return super.listOcaIds();
  }
  override async loadOcas(): Promise<readonly StoredOca[]> {
    this.wholeReads++;
    return super.loadOcas();
  }
  override async changedOcas(read: readonly OcaStamps[]): Promise<readonly StoredOca[]> {
    const changed = await super.changedOcas(read);
    this.reads.push(...changed);
    return changed;
  }
}

function setUp() {
  const clock = testClock();
  const store = new CountingStore();
  const state = new FleetState(SITES);
  const sync = new FleetSync(state, store, clock, () => {}, 5000);
  const health = (ocaId: string): HealthReport => ({
    ocaId,
    siteId: 'core-1',
    baseUrl: 'http://x',
    verdict: 'healthy',
    reason: '',
    capacityBps: 1,
    trafficBps: 0,
    connections: 0,
    servedBytes: 0,
    uptimeMs: clock.nowMs(),
  });
  const report = (ocaId: string, fileIds: readonly string[]) => {
    sync.report({ ocaId, health: { value: health(ocaId), atMs: clock.wallMs() } });
    sync.report({ ocaId, inventory: { value: fileIds, atMs: clock.wallMs() } });
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, store, state, sync, health, report, settle };
}

it('writes twelve OCAs that report each second as one batch every two seconds', async () => {
  const { clock, store, report, settle } = setUp();
  for (let second = 0; second < 20; second++) {
    for (let i = 0; i < 12; i++) report(`oca-${i}`, ['f']);
    await settle();
    clock.advance(1000);
  }
  expect(store.saves.length).toBeLessThanOrEqual(11);
  const last = store.saves.at(-1) ?? [];
  expect(last).toHaveLength(12);
  expect(last.every(({ inventory, health }) => inventory === undefined && health !== undefined)).toBe(true);
  expect((await store.loadOcas()).every(({ inventory }) => inventory?.value.length === 1)).toBe(true);
});

it('writes a new inventory with the next batch, and what it could not write once the store is back', async () => {
  const { clock, store, sync, report, settle } = setUp();
  report('a', ['f1']);
  await settle();
  store.isDown = true;
  clock.advance(3000);
  report('a', ['f1', 'f2']);
  await settle();
  clock.advance(1000);
  report('a', ['f1', 'f2']);
  store.isDown = false;
  await sync.flush();
  expect((await store.loadOcas())[0]?.inventory?.value).toEqual(['f1', 'f2']);
});

it('does not take back what it knows better, and follows a wall clock that jumped', async () => {
  const { clock, state, report } = setUp();
  report('a', ['new']);
  const old = { value: ['old'], atMs: clock.wallMs() - 1000 };
  state.merge({ ocaId: 'a', inventory: old }, { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
  expect(state.holds('a', 'new')).toBe(true);
  expect(state.holds('a', 'old')).toBe(false);
  const future = { value: ['future'], atMs: clock.wallMs() + 3_600_000 };
  clock.advance(10);
  state.merge({ ocaId: 'a', inventory: future }, { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
  report('a', ['mine']);
  expect(state.holds('a', 'mine')).toBe(true);
  expect(state.holds('a', 'future')).toBe(false);
});

it('learns of an OCA that only another region ever hears, whichever of its reports comes first', async () => {
  const { clock, store, state, health, report, settle } = setUp();
  const round = async () => {
    clock.advance(2000);
    report('talks', ['f1']);
    await settle();
    await settle();
  };
  await round();
  const inventory = { value: ['f1'], atMs: clock.wallMs() };
  await store.saveOcas([{ ocaId: 'elsewhere', inventory }], clock.wallMs());
  await round();
  expect(state.knows('elsewhere')).toBe(false);
  await store.saveOcas(
    [{ ocaId: 'elsewhere', health: { value: health('elsewhere'), atMs: clock.wallMs() } }],
    clock.wallMs(),
  );
  await round();
  expect(state.oca('elsewhere')?.fileIds.has('f1')).toBe(true);
  expect(state.silentOcas(clock.nowMs() - 5000)).toEqual([]);
  // Its health is followed from then on, and no list is read again.
  const { lists } = store;
  const later = { value: { ...health('elsewhere'), reason: 'as heard later' }, atMs: clock.wallMs() + 6000 };
  await round();
  await round();
  await round();
  await store.saveOcas([{ ocaId: 'elsewhere', health: later }], clock.wallMs());
  await round();
  expect(state.oca('elsewhere')?.health.report.reason).toBe('as heard later');
  expect(store.lists).toBe(lists);
});

it('reads of an OCA that is silent here what another region hears, and nothing that it has read already', async () => {
  const { clock, store, state, sync, health, report, settle } = setUp();
  report('silent', ['f1']);
  await sync.flush();
  await sync.load();
  const rounds = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      report('talks', ['f1']);
      await settle();
    }
  };
  await rounds(20);
  expect(store.reads).toEqual([]);
  const heard = { ocaId: 'silent', health: { value: health('silent'), atMs: clock.wallMs() } };
  await store.saveOcas([heard], clock.wallMs());
  const sinceMs = clock.nowMs() - 1;
  await rounds(4);
  expect(state.silentOcas(sinceMs)).toEqual([]);
  await rounds(20);
  expect(store.reads).toEqual([heard]);
  expect(store.wholeReads).toBe(1);
});
