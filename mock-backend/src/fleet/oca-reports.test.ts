import { expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import { config, hmac, SITES, testClock, testRegion } from '../testing/test-region.ts';
import { FleetState } from './fleet-state.ts';
import { FleetSync } from './fleet-sync.ts';
import { OcaReports } from './oca-reports.ts';

const OCA = 'core-1-a';
const HEALTH = {
  ocaId: OCA,
  siteId: 'core-1',
  baseUrl: 'http://127.20.4.1:8600',
  verdict: 'healthy',
  reason: 'all is well',
  capacityBps: 1e9,
  trafficBps: 0,
  connections: 0,
  servedBytes: 0,
  uptimeMs: 1,
};

it('an OCA is asked to tell everything until its routes and files are known', async () => {
  const region = testRegion();
  const token = config.ocaTokenFor(OCA);
  const put = (what: string, body: unknown) => region.call('PUT', `/v1/ocas/${OCA}/${what}`, { token, body });
  expect(await put('health', HEALTH)).toMatchObject({ status: 200, body: { tellAll: true } });
  expect((await put('routes', { ocaId: OCA, routes: [] })).status).toBe(204);
  expect((await put('health', HEALTH)).status).toBe(200);
  expect((await put('inventory', { ocaId: OCA, fileIds: [] })).status).toBe(204);
  expect((await put('health', HEALTH)).status).toBe(204);
  // The same words again count as news of now, and others as others.
  expect((await put('routes', { ocaId: OCA, routes: [] })).status).toBe(204);
  expect((await put('routes', { ocaId: 'core-1-b', routes: [] })).status).toBe(400);
});

it('what an OCA repeats is as new as it says, and is read again where another region knew otherwise meanwhile', () => {
  const clock = testClock();
  const store = new MemoryStore();
  const fleet = new FleetState(SITES);
  const sync = new FleetSync(fleet, store, clock, () => {}, 5000);
  const reports = new OcaReports({ config, fleet, fleetSync: sync, clock, hmac });
  const tell = (text: string) =>
    reports.take({ kind: 'inventory', ocaId: OCA, authorization: `Bearer ${config.ocaTokenFor(OCA)}`, text });
  const elsewhere = (fileIds: string[]) => {
    const inventory = { value: fileIds, atMs: clock.wallMs() };
    fleet.merge({ ocaId: OCA, inventory }, { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
  };
  const text = JSON.stringify({ ocaId: OCA, fileIds: ['f'.repeat(32)] });
  const other = 'e'.repeat(32);
  tell(text);
  clock.advance(1000);
  elsewhere([other]);
  expect(fleet.holds(OCA, other)).toBe(true);
  clock.advance(1000);
  tell(text);
  expect(fleet.holds(OCA, 'f'.repeat(32))).toBe(true);
  expect(fleet.holds(OCA, other)).toBe(false);
  clock.advance(1000);
  const saidBefore = { value: [other], atMs: clock.wallMs() - 500 };
  tell(text);
  fleet.merge({ ocaId: OCA, inventory: saidBefore }, { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
  expect(fleet.holds(OCA, 'f'.repeat(32))).toBe(true);
});
