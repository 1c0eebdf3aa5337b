import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { schemas } from '@pressplay/protocol';
import type { PlayResponse, RegionHealth } from '@pressplay/protocol/messages';
import { createPlayer, EVERY_CODEC } from '@pressplay/sdk-node';
import { type Fleet, readFleetState } from '@pressplay/testkit/fleet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts';
import { until } from './supervisor.ts';

const SNAPSHOT_LIFETIME_MS = 20_000;

let underTest: FleetUnderTest;
let fleet: Fleet;
let titleId: string;
let dataDir: string;

beforeAll(async () => {
  underTest = await startFleetUnderTest({ controlPlane: { snapshotLifetimeMs: SNAPSHOT_LIFETIME_MS } });
  ({ fleet, titleId, dataDir } = underTest);
}, 300_000);
afterAll(() => underTest?.end(), 120_000);

const baseUrl = (region: number): string => fleet.regions[region]?.baseUrl ?? '';

async function ask(region: number, method: string, pathname: string, token: string, body: object = {}) {
  const response = await fetch(`${baseUrl(region)}${pathname}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const health = async (region: number): Promise<RegionHealth> =>
  schemas.RegionHealth.parse((await ask(region, 'GET', '/v1/health', '')).body);

/** Each with an account of its own: no limit of streams shall meet it. */
async function startPlay(region: number, account: string) {
  const token = await fleet.accessToken(account);
  const body = { titleId, device: EVERY_CODEC, idempotencyKey: `key-of-${account}` };
  return { token, ...(await ask(region, 'POST', '/v1/plays', token, body)) };
}

const renew = (region: number, { token, body }: { token: string; body: PlayResponse }) =>
  ask(region, 'POST', `/v1/plays/${body.playId}/renew`, token);

const healthIs = (holds: (health: RegionHealth) => boolean) =>
  until(
    async () => (await Promise.all(fleet.regions.map((_, region) => health(region)))).every(holds),
    60_000,
    () => 'no region says so in its health',
  );

it('a database that dies: plays go on and begin for the stated time; when it is back it gets what it missed', {
  timeout: 240_000,
}, async () => {
  const before = await startPlay(0, 'before');
  expect(before.status).toBe(200);
  const player = createPlayer({ regions: fleet.regions, accessToken: await fleet.accessToken('viewer') });
  const errors: string[] = [];
  player.on('error', ({ error }) => errors.push(error.code));
  await player.load(titleId);
  player.play();
  await until(
    () => player.stats().positionMs > 500,
    60_000,
    () => 'the play did not begin',
  );

  await fleet.killDatabase();
  await healthIs(({ degraded }) => degraded !== undefined);
  const without = await startPlay(0, 'without');
  expect(without.status, JSON.stringify(without.body)).toBe(200);
  expect(await health(0)).toMatchObject({ ready: true, degraded: { newPlaysForMs: expect.any(Number) } });
  expect((await renew(0, before)).status).toBe(200);
  const operator = readFleetState(dataDir)?.operatorToken ?? '';
  const drain = await ask(0, 'PUT', '/v1/ocas/fjord-1-a/drain', operator);
  expect(drain).toMatchObject({ status: 503, body: { error: { code: 'store/unavailable' } } });
  expect((await renew(1, without)).body.error.code).toBe('store/unavailable');

  await healthIs(({ ready }) => !ready);
  const refused = await startPlay(0, 'too-late');
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'store/snapshot-expired' } } });
  expect((await renew(0, before)).status).toBe(200);
  expect((await renew(0, without)).status).toBe(200);
  const positionMs = player.stats().positionMs;
  await until(
    () => player.state === 'ended' || player.stats().positionMs > positionMs + 3000,
    60_000,
    () => `the play stands at ${player.stats().positionMs}: ${player.state}`,
  );

  await fleet.restartDatabase();
  await healthIs(({ ready, degraded }) => ready && degraded === undefined);
  expect((await startPlay(0, 'afterwards')).status).toBe(200);
  await until(
    async () => (await renew(1, without)).status === 200,
    90_000,
    () => 'another region does not know the play that began without the database',
  );
  expect(errors).toEqual([]);
  player.destroy();
});

it('a region that starts while the database is dead begins plays from its snapshot, for what is left of the time', {
  timeout: 240_000,
}, async () => {
  const operator = readFleetState(dataDir)?.operatorToken ?? '';
  const drained = await ask(0, 'PUT', '/v1/ocas/fjord-1-a/drain', operator, { reason: 'new disks' });
  expect(drained.status).toBe(204);
  const regionId = fleet.regions[0]?.regionId ?? '';
  const kept = path.join(dataDir, 'regions', regionId, 'snapshot.json');
  await until(
    () => existsSync(kept) && readFileSync(kept, 'utf8').includes('new disks'),
    90_000,
    () => 'the snapshot does not hold the drain',
  );
  expect(statSync(kept).mode & 0o777).toBe(0o600);

  await fleet.killDatabase();
  await fleet.killRegion(regionId);
  await fleet.restartRegion(regionId);
  await until(
    async () => (await startPlay(0, 'restarted')).status === 200,
    SNAPSHOT_LIFETIME_MS,
    () => 'no play begins in the region that was restarted without the database',
  );
  const { body: play } = await startPlay(0, 'restarted');
  expect(play.servers.map(({ ocaId }: { ocaId: string }) => ocaId)).not.toContain('fjord-1-a');
  const { ready, degraded } = await health(0);
  expect({ ready, degraded }).toMatchObject({ ready: true, degraded: { fromDisk: true } });
  expect(degraded?.newPlaysForMs).toBeLessThan(SNAPSHOT_LIFETIME_MS);
  const metrics = await fetch(`${baseUrl(0)}/metrics`, { headers: { authorization: `Bearer ${operator}` } });
  expect(await metrics.text()).toMatch(/^pressplay_started_from_snapshot\{.*\} 1$/m);
  expect((await renew(0, { token: await fleet.accessToken('restarted'), body: play })).status).toBe(200);

  await until(
    async () => !(await health(0)).ready,
    60_000,
    () => 'the time for new plays does not end',
  );
  expect((await startPlay(0, 'too-late-again')).body.error.code).toBe('store/snapshot-expired');

  await fleet.restartDatabase();
  await healthIs(({ ready, degraded }) => ready && degraded === undefined);
  expect((await startPlay(0, 'all-is-well')).status).toBe(200);
});
