import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { schemas } from '@pressplay/protocol';
import type { PlayResponse, RegionHealth } from '@pressplay/protocol/messages';
import { createPlayer, EVERY_CODEC } from '@pressplay/sdk-node';
import { type Fleet, findFreeBasePort, portsFrom, readFleetState, startFleet } from '@pressplay/testkit/fleet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { missingBuild, until } from './supervisor.ts';

const SNAPSHOT_LIFETIME_MS = 20_000;

const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-database-'));
let fleet: Fleet;
let titleId: string;

beforeAll(async () => {
  const missing = missingBuild();
  if (missing) throw new Error(missing);
  fleet = await startFleet({
    dataDir,
    ports: portsFrom(await findFreeBasePort()),
    database: 'embedded',
    titles: 'sample',
    controlPlane: { snapshotLifetimeMs: SNAPSHOT_LIFETIME_MS, grantRefreshMs: 2000, healthDeadlineMs: 60_000 },
  });
  titleId = fleet.snapshot().titles[0]?.titleId ?? '';
  await fleet.waitUntilLive(titleId);
}, 120_000);
afterAll(async () => {
  await fleet?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

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
    30_000,
    () => 'another region does not know the play that began without the database',
  );
  expect(errors).toEqual([]);
  player.destroy();
});
