import { schemas } from '@pressplay/protocol';
import { describe, expect, it } from 'vitest';
import { expectError } from './testing/expect-error.ts';
import { failingStore } from './testing/failing-store.ts';
import { config, fillFleet, liveRegion, makeTitle, OCAS, testClock, testRegion } from './testing/test-region.ts';
import { testShelf } from './testing/test-shelf.ts';

describe('while the store fails', () => {
  it('plays start and are renewed, reports are taken, and the store gets what it missed', async () => {
    let isDown = false;
    const region = await liveRegion();
    const shaky = await liveRegion({ clock: region.clock, store: failingStore(region.store, () => isDown) });
    isDown = true;
    const { status, body } = await shaky.play();
    expect(status).toBe(200);
    await shaky.report('fjord-1-a', 'fjord-1', {});
    expect((await shaky.call('POST', `/v1/plays/${body.playId}/renew`, { token: 'account-a' })).status).toBe(200);
    expect((await shaky.call('GET', '/v1/titles', { token: 'account-a' })).status).toBe(200);
    expectError(
      await shaky.call('POST', `/v1/plays/${'1'.repeat(32)}/renew`, { token: 'account-a' }),
      'store/unavailable',
    );
    const put = await shaky.call('PUT', '/v1/titles/new', { token: 'operator-token', body: makeTitle('new') });
    expectError(put, 'store/unavailable');
    expect((await region.play()).body.playId).toBe(body.playId);
    isDown = false;
    await shaky.backend.stop();
    expect(await region.store.findPlay(body.playId)).toMatchObject({ titleId: 'film' });
  });

  it('new plays begin for the stated time, then are refused by name; running ones go on, and health tells', async () => {
    let isDown = false;
    const region = await liveRegion();
    const { clock } = region;
    const shaky = await liveRegion({
      clock,
      store: failingStore(region.store, () => isDown),
      config: { ...config, snapshotLifetimeMs: 60_000, healthDeadlineMs: 3_600_000 },
    });
    const health = () => shaky.call('GET', '/v1/health');
    const start = (idempotencyKey: string) => shaky.play({ idempotencyKey }, { token: `account-${idempotencyKey}` });
    const running = await start('before-it-fails');
    expect((await health()).body).toEqual({ regionId: 'us-east-1', ready: true });

    isDown = true;
    expect((await start('first-without-it')).status).toBe(200);
    clock.advance(59_000);
    expect((await start('still-in-time')).status).toBe(200);
    const degraded = await health();
    expect(degraded.status).toBe(200);
    expect(schemas.RegionHealth.parse(degraded.body)).toMatchObject({
      ready: true,
      degraded: { storeSilentMs: 59_000, newPlaysForMs: 1000 },
    });

    clock.advance(1000);
    const refused = expectError(await start('too-late'), 'store/snapshot-expired');
    expect(refused).toEqual({ storeSilentMs: 60_000, snapshotLifetimeMs: 60_000 });
    const expired = await health();
    expect(expired.status).toBe(503);
    expect(expired.body).toMatchObject({ ready: false, degraded: { newPlaysForMs: 0 } });
    const renewal = `/v1/plays/${running.body.playId}/renew`;
    expect((await shaky.call('POST', renewal, { token: 'account-before-it-fails' })).status).toBe(200);

    isDown = false;
    clock.advance(6000);
    await health();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await start('after-it-is-back')).status).toBe(200);
    expect((await health()).body).toEqual({ regionId: 'us-east-1', ready: true });
  });

  it('a region that never read the catalog is not ready and says so, and recovers by itself', async () => {
    let isDown = true;
    const region = await liveRegion();
    const shaky = testRegion({ clock: region.clock, store: failingStore(region.store, () => isDown) });
    expect((await shaky.call('GET', '/v1/health')).status).toBe(503);
    expectError(await shaky.play(), 'store/unavailable');
    isDown = false;
    region.clock.advance(600);
    expect((await shaky.call('GET', '/v1/health')).body).toEqual({ regionId: 'us-east-1', ready: true });
  });
});

describe('a region that starts while the store fails', () => {
  const LIFETIME_MS = 60_000;
  const settings = { ...config, snapshotLifetimeMs: LIFETIME_MS, healthDeadlineMs: 3_600_000 };
  const pause = () => new Promise((resolve) => setImmediate(resolve));

  /** A region read everything and is gone; its OCAs live. The next one finds the shelf, and no store. */
  async function restarted() {
    const shelf = testShelf();
    const before = await liveRegion({ snapshots: shelf });
    const { clock, store } = before;
    await before.call('PUT', '/v1/ocas/fjord-1-b/drain', { token: 'operator-token', body: { reason: 'new disks' } });
    await before.call('PUT', '/v1/sites/core-1/routes', {
      token: 'operator-token',
      body: { importId: 'dump', part: 0, parts: 1, routes: [{ prefix: '198.51.100.0/25', asPath: [], med: 0 }] },
    });
    clock.advance(6000);
    // Titles and drains are followed by and by: what is kept is what was read.
    await before.call('GET', '/v1/titles', { token: 'account-a' });
    await before.call('GET', '/v1/health');
    await pause();
    let isDown = true;
    const region = testRegion({ clock, store: failingStore(store, () => isDown), snapshots: shelf, config: settings });
    const revive = async (): Promise<void> => {
      isDown = false;
      clock.advance(3000);
      await region.call('GET', '/v1/health');
      await pause();
    };
    return { region, clock, store, revive, goodAtMs: shelf.goodAtMs ?? 0 };
  }

  it('begins plays from its snapshot once its OCAs reported, with drains and imported routes, and says so', async () => {
    const { region, goodAtMs, clock } = await restarted();
    await region.backend.start();
    await fillFleet(region, makeTitle('film'));
    const { status, body } = await region.play({}, { from: '198.51.100.7' });
    expect(status).toBe(200);
    const named = body.servers.map(({ ocaId }: { ocaId: string }) => ocaId);
    // The imported prefix is the longest, so its site comes first; what is drained is not named.
    expect(named[0]).toBe('core-1-a');
    expect(named).not.toContain('fjord-1-b');
    const health = schemas.RegionHealth.parse((await region.call('GET', '/v1/health')).body);
    const storeSilentMs = clock.wallMs() - goodAtMs;
    expect(health).toMatchObject({
      ready: true,
      degraded: { fromDisk: true, storeSilentMs, newPlaysForMs: LIFETIME_MS - storeSilentMs },
    });
    expect(health.degraded?.reason).toContain('from its snapshot on disk');
    expect(region.logged.map(({ message }) => message)).toContain(
      'started from the snapshot on disk: the store does not answer',
    );
    const put = await region.call('PUT', '/v1/titles/new', { token: 'operator-token', body: makeTitle('new') });
    expectError(put, 'store/unavailable');
  });

  it('the time in which plays begin counts from when the store last answered, not from the start', async () => {
    const { region, clock } = await restarted();
    clock.advance(LIFETIME_MS - 10_000);
    await region.backend.start();
    await fillFleet(region, makeTitle('film'));
    expect((await region.play()).status).toBe(200);
    clock.advance(10_000);
    expectError(await region.play({ idempotencyKey: 'another-key' }, { token: 'account-b' }), 'store/snapshot-expired');
    expect((await region.call('GET', '/v1/health')).status).toBe(503);
  });

  it('does not start from a snapshot that is too old', async () => {
    const { region, clock } = await restarted();
    clock.advance(LIFETIME_MS);
    await expect(region.backend.start()).rejects.toThrow('connection refused');
    expectError(await region.play(), 'store/unavailable');
  });

  it('reads all of the store once it is there, also what changed before its start', async () => {
    const { region, store, revive } = await restarted();
    await region.backend.start();
    await fillFleet(region, makeTitle('film'));
    await store.putTitle(makeTitle('film', { name: 'Renamed meanwhile' }));
    expect((await region.play()).body.titleName).toBe('Title film');
    await revive();
    const again = await region.play({ idempotencyKey: 'another-key' }, { token: 'account-b' });
    expect(again.body.titleName).toBe('Renamed meanwhile');
    expect((await region.call('GET', '/v1/health')).body).toEqual({ regionId: 'us-east-1', ready: true });
    expect(region.logged.at(-1)?.message).not.toContain('still from the snapshot');
  });
});

it('a restarted region answers plays at once, from what the store kept', async () => {
  const region = await liveRegion();
  await region.backend.stop();
  region.clock.advance(1000);
  const restarted = testRegion({ clock: region.clock, store: region.store });
  expect((await restarted.play()).body.servers).toHaveLength(4);
});

it('a region that an OCA cannot reach learns of it from the regions it reaches', async () => {
  const clock = testClock();
  const east = await liveRegion({ clock });
  const europe = await liveRegion({ clock, store: east.store });
  clock.advance(6000);
  for (const [ocaId, siteId] of OCAS) await east.report(ocaId, siteId, {});
  await east.backend.stop();
  await europe.call('GET', '/v1/health');
  await new Promise((resolve) => setImmediate(resolve));
  expect((await europe.play()).body.servers).toHaveLength(4);
});

it('no log holds a token', async () => {
  const region = await liveRegion();
  const { body } = await region.play();
  await region.call('GET', `/v1/origin/${body.token}/${'0'.repeat(32)}`);
  expect(JSON.stringify(region.logged)).not.toContain(body.token.slice(-32));
  expect(JSON.stringify(region.logged)).toContain('steering decision');
});
