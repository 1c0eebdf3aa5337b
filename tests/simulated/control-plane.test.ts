import type { HttpClient, Player } from '@pressplay/sdk-core';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce, runUntilMidSegment } from './proof.ts';

const MEGABIT = 1_000_000;
const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 40_000 });
const LINK = { rateBps: 8 * MEGABIT };
const worldOf = (seed: number, options = {}): Promise<World> => createWorld({ seed, titles: [TITLE], ...options });

async function playToTheEnd(world: World, player: Player): Promise<void> {
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 120_000);
  expect(player.state, world.failure('the play').message).toBe('ended');
  expect(player.stats().rebufferCount, world.failure('a stall').message).toBe(0);
  expectEveryByteOnce(world, player, TITLE);
}

/** The error that ended the play. */
function errorOf(world: World): { code?: string; message?: string } {
  const event = world.events.find(({ name }) => name === 'error');
  return (event?.detail as { error: { code: string } } | undefined)?.error ?? {};
}

/** Keeps what is posted to `/v1/plays`. */
function watchPlays(posts: { url: string; body: string }[]): (next: HttpClient) => HttpClient {
  return (next) => (request) => {
    if (request.method === 'POST' && request.url.endsWith('/v1/plays'))
      posts.push({ url: request.url, body: request.body ?? '' });
    return next(request);
  };
}

/** Play ids as the store kept them, one for each claim. */
function watchClaims(world: World): string[] {
  const claims: string[] = [];
  const { store } = world.fleet;
  const claimPlays = store.claimPlays.bind(store);
  store.claimPlays = async (...given) => {
    const outcomes = await claimPlays(...given);
    claims.push(...outcomes.map(({ play }) => play.playId));
    return outcomes;
  };
  return claims;
}

describe('a region that dies', () => {
  it('before the next play: the next region is asked with the same key, and one play is stored', async () => {
    const world = await worldOf(201);
    const claims = watchClaims(world);
    world.killRegion('us-east-1');
    const posts: { url: string; body: string }[] = [];
    const player = world.createPlayer({ link: LINK, wrapHttp: watchPlays(posts) });
    await world.settle(player.load('noise-1'), 10_000);
    expect(player.stats().region).toBe('us-west-2');
    expect(world.events.find(({ name }) => name === 'region-failover')?.detail).toMatchObject({
      from: 'us-east-1',
      to: 'us-west-2',
    });
    expect(new Set(posts.map(({ body }) => JSON.parse(body).idempotencyKey)).size).toBe(1);
    await playToTheEnd(world, player);
    expect([...new Set(claims)]).toEqual([player.stats().playId]);
  });

  it('after it kept the play and before its answer arrived: the same play comes from the next one', async () => {
    const world = await worldOf(202);
    const claims = watchClaims(world);
    const posts: { url: string; body: string }[] = [];
    const player = world.createPlayer({ link: LINK, wrapHttp: watchPlays(posts) });
    const loading = player.load('noise-1');
    await world.runUntil(() => claims.length > 0, 5000);
    world.killRegion('us-east-1');
    await world.settle(loading, 20_000);
    expect(posts.length).toBeGreaterThanOrEqual(2);
    expect(new Set(posts.map(({ body }) => JSON.parse(body).idempotencyKey)).size).toBe(1);
    expect(player.stats().region).toBe('us-west-2');
    expect(claims.length).toBeGreaterThanOrEqual(2);
    expect([...new Set(claims)]).toEqual([player.stats().playId]);
    await playToTheEnd(world, player);
  });

  it('with all the others during a play: the play goes on', async () => {
    const world = await worldOf(203);
    const player = world.createPlayer({ link: LINK });
    await world.settle(player.load('noise-1'), 10_000);
    await runUntilMidSegment(world, player);
    for (const region of world.fleet.regions) world.killRegion(region.regionId);
    await playToTheEnd(world, player);
  });

  it('hangs instead: the next one is asked in time for a start', async () => {
    const world = await worldOf(204);
    world.setLink('us-east-1', { state: 'hang' });
    const player = world.createPlayer({ link: LINK });
    await world.settle(player.load('noise-1'), 15_000);
    expect(player.stats().region).toBe('us-west-2');
    await playToTheEnd(world, player);
  });

  it('with all the others before a play: a typed error', async () => {
    const world = await worldOf(205);
    for (const region of world.fleet.regions) world.killRegion(region.regionId);
    const player = world.createPlayer();
    await expect(world.settle(player.load('noise-1'), 60_000)).rejects.toMatchObject({ code: 'region/unreachable' });
    expect(player.state).toBe('failed');
  });
});

describe('a control plane that is gone for long', () => {
  const HOUR_MS = 3_600_000;
  /** Thin: two hours of it are a few megabytes. */
  const FILM = synthesizeTitle({ titleId: 'film-1', durationMs: 2 * HOUR_MS, videoBps: [30_000], audioBps: 8000 });
  const AT_REST = {
    ocas: { reportIntervalMs: 300_000, fillIntervalMs: 300_000 },
    controlPlane: { healthDeadlineMs: 24 * HOUR_MS, manifestRefreshMs: 300_000 },
  };
  const killAll = (world: World): void => {
    for (const { regionId, isUp } of world.fleet.regions) if (isUp) world.killRegion(regionId);
  };
  const renewals = (world: World) => world.network.records().filter(({ path }) => path.endsWith('/renew'));

  it('does not touch a film of two hours, and is asked again and again, but not in a hurry', async () => {
    const world = await createWorld({ seed: 240, titles: [FILM], ...AT_REST });
    const player = world.createPlayer({ link: LINK });
    await world.settle(player.load('film-1'), 10_000);
    await world.advance(60_000);
    killAll(world);
    await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 3 * HOUR_MS);
    expect(player.state, world.failure('the play').message).toBe('ended');
    expect(player.stats().rebufferCount).toBe(0);
    const rounds = renewals(world).filter(({ to }) => to === 'us-east-1').length;
    expect(rounds).toBeGreaterThan(100);
    // Two rounds of requests every half minute.
    expect(rounds).toBeLessThan((2 * 2 * HOUR_MS) / 25_000);
  });

  it('until the token has long expired: the play waits, and goes on once a region is back', async () => {
    const settings = { ...AT_REST, controlPlane: { ...AT_REST.controlPlane, tokenLifetimeMs: 600_000 } };
    const world = await createWorld({ seed: 241, titles: [FILM], ...settings });
    const player = world.createPlayer({ link: LINK, bufferGoalMs: 30_000 });
    await world.settle(player.load('film-1'), 10_000);
    await world.advance(300_000);
    killAll(world);
    const grantedForMs = 600_000;
    await world.advance(grantedForMs - 300_000 - 1000);
    expect(player.state, 'media go on at least until the end of the token').toBe('playing');
    await world.runUntil(() => player.state === 'rebuffering', 900_000);
    await world.advance(20_000);
    world.restartRegion('us-west-2');
    await world.runUntil(() => player.state !== 'rebuffering', 60_000);
    expect(player.state, world.failure('the play').message).toBe('playing');
    await world.advance(200_000);
    expect(player.state).toBe('playing');
  });

  it('is passed by a retry of the app, where even that patience ended', async () => {
    const world = await createWorld({ seed: 242, titles: [FILM], controlPlane: { tokenLifetimeMs: 60_000 } });
    const player = world.createPlayer({ link: LINK, bufferGoalMs: 10_000 });
    await world.settle(player.load('film-1'), 10_000);
    await world.advance(5000);
    killAll(world);
    await world.runUntil(() => player.state === 'failed', 900_000);
    expect(errorOf(world).code).toBe('delivery/token-expired');
    const { positionMs } = player.stats();
    world.restartRegion('eu-west-1');
    await world.advance(5000);
    await world.settle(player.retry(), 30_000);
    expect(player.stats().positionMs).toBe(positionMs);
    await world.advance(60_000);
    expect(player.state).toBe('playing');
  });
});

describe('a play that must not begin', () => {
  it.each([
    { why: 'an unknown title', titleId: 'no-such-title', clientAddress: '198.51.100.7', code: 'title/unknown' },
    { why: 'a country without a licence', titleId: 'noise-1', clientAddress: '192.0.2.7', code: 'licence/territory' },
  ])('is refused for $why', async ({ titleId, clientAddress, code }) => {
    const world = await worldOf(210);
    const player = world.createPlayer({ clientAddress });
    await expect(world.settle(player.load(titleId), 10_000)).rejects.toMatchObject({ name: 'PlayerError', code });
    expect(player.state).toBe('failed');
    expect(errorOf(world).code).toBe(code);
  });

  it('is refused for a bad access token', async () => {
    const world = await worldOf(211);
    const player = world.createPlayer({ accessToken: 'viewer-1.forged' });
    await expect(world.settle(player.load('noise-1'), 10_000)).rejects.toMatchObject({ code: 'auth/invalid' });
  });
});

describe('the one stream of an account', () => {
  const REFUSED = { code: 'account/stream-limit' };
  const another = (world: World) =>
    world.createPlayer({ link: LINK, accountId: 'one', planId: 'basic' }).load('noise-1');

  it('is one and stays, where a slow region was asked first and its answer not waited for', async () => {
    const world = await worldOf(213);
    world.setLink('us-east-1', { latencyMs: 700 });
    const posts: { url: string; body: string }[] = [];
    const options = { link: LINK, accountId: 'one', planId: 'basic', wrapHttp: watchPlays(posts) };
    const player = world.createPlayer(options);
    await world.settle(player.load('noise-1'), 15_000);
    expect(player.stats().region).toBe('us-west-2');
    expect(posts.map(({ url }) => new URL(url).host).length).toBeGreaterThanOrEqual(2);
    await world.advance(5000);
    await expect(world.settle(another(world), 10_000)).rejects.toMatchObject(REFUSED);
    await playToTheEnd(world, player);
  });

  it('is free soon for another device where a viewer leaves while the answer is on the line', async () => {
    const world = await worldOf(214);
    const claims = watchClaims(world);
    world.setLink('us-east-1', { latencyMs: 300 });
    const player = world.createPlayer({ link: LINK, accountId: 'one', planId: 'basic' });
    const loading = player.load('noise-1').catch(() => {});
    await world.runUntil(() => claims.length > 0, 5000);
    player.destroy();
    await world.settle(loading, 5000);
    await world.advance(1000);
    expect(world.network.records().find(({ path }) => path === '/v1/plays')).toMatchObject({ outcome: 'cancelled' });
    // It may have arrived: then the play would report.
    await expect(world.settle(another(world), 10_000)).rejects.toMatchObject(REFUSED);
    await world.advance(45_000);
    await world.settle(another(world), 10_000);
  });
});

describe('API tokens that are called back', () => {
  it('end a play that runs with its next renewal, by name, and nobody else', async () => {
    const world = await worldOf(212, { controlPlane: { grantRefreshMs: 10_000 } });
    const { keys, store } = world.fleet;
    const players = ['lost', 'kept'].map((account) =>
      world.createPlayer({ link: LINK, bufferGoalMs: 8000, accessToken: keys.accessTokenFor(account) }),
    );
    for (const player of players) await world.settle(player.load('noise-1'), 10_000);
    const [lost, kept] = players as [Player, Player];
    await runUntilMidSegment(world, lost);
    const nowMs = world.clock.wallMs();
    const month = 30 * 24 * 3_600_000;
    const times = { madeAtMs: nowMs, issuedBeforeMs: nowMs, expiresAtMs: nowMs + month };
    await store.putRevocation({ kind: 'account', id: 'lost', reason: 'lost', ...times });
    const atMs = world.clock.nowMs();
    await world.runUntil(() => lost.state === 'failed', 60_000);
    expect(lost.state, world.failure('the play').message).toBe('failed');
    expect(errorOf(world).code).toBe('auth/revoked');
    // Within a refresh, a tenth more by chance, and what the regions take to hear of it.
    expect(world.clock.nowMs() - atMs).toBeLessThan(11_000 + 4000);
    await world.runUntil(() => kept.state === 'ended' || kept.state === 'failed', 120_000);
    expect(kept.state, world.failure('the other play').message).toBe('ended');
    expect(kept.stats().rebufferCount).toBe(0);
  });
});

describe('a media token', () => {
  it('of a short life is renewed, again and again, without a stall', async () => {
    const world = await worldOf(220, { controlPlane: { tokenLifetimeMs: 12_000 } });
    const player = world.createPlayer({ link: LINK, bufferGoalMs: 8000 });
    await world.settle(player.load('noise-1'), 10_000);
    await playToTheEnd(world, player);
    const renewals = world.network.records().filter(({ path, status }) => path.endsWith('/renew') && status === 200);
    expect(renewals.length).toBeGreaterThanOrEqual(2);
  });

  it('that the servers call expired early, because their clocks run ahead, does not stop the play', async () => {
    const world = await worldOf(221, { controlPlane: { tokenLifetimeMs: 60_000 } });
    const player = world.createPlayer({ link: LINK, bufferGoalMs: 12_000 });
    await world.settle(player.load('noise-1'), 10_000);
    await runUntilMidSegment(world, player);
    for (const { ocaId } of world.fleet.ocas) world.fleet.oca(ocaId).skewWallClock(50_000);
    await playToTheEnd(world, player);
    expect(world.network.records().some(({ path, status }) => path.endsWith('/renew') && status === 200)).toBe(true);
  });

  it('that was altered is refused, and the play fails with that reason', async () => {
    const world = await worldOf(222);
    const spoil = (url: string): string =>
      url.replace(/-([0-9a-f]{32})\//, (_, mac: string) => `-${mac.replace(/^./, (c) => (c === '0' ? '1' : '0'))}/`);
    const player = world.createPlayer({
      link: LINK,
      wrapHttp: (next) => (request) => next({ ...request, url: spoil(request.url) }),
    });
    await world.settle(
      player.load('noise-1').catch(() => {}),
      60_000,
    );
    await world.runUntil(() => player.state === 'failed', 60_000);
    expect(errorOf(world).code).toBe('delivery/token-rejected');
    expect(world.witnessed(player).every((range) => range.receivedBytes === 0)).toBe(true);
  });
});

describe('no server left', () => {
  it('ends the play with a typed error once the buffer has run dry, and not before', async () => {
    const world = await worldOf(230);
    const player = world.createPlayer({ link: LINK, bufferGoalMs: 10_000 });
    await world.settle(player.load('noise-1'), 10_000);
    await runUntilMidSegment(world, player);
    for (const { ocaId } of world.fleet.ocas) world.killOca(ocaId);
    await world.runUntil(() => player.state === 'failed', 120_000);
    expect(errorOf(world).code).toBe('delivery/no-server-left');
    expect(world.witnessed(player).every((range) => range.wrongBytes === 0)).toBe(true);
  });

  it('before the start is what the control plane says', async () => {
    const world = await worldOf(231);
    for (const { ocaId } of world.fleet.ocas) world.killOca(ocaId);
    await world.advance(10_000);
    const player = world.createPlayer();
    await expect(world.settle(player.load('noise-1'), 60_000)).rejects.toMatchObject({ code: 'steering/no-server' });
  });
});

describe('a play that no region knows any more', () => {
  /** As after a backup was put back: the store has lost the plays, and no region remembers them. */
  async function forgetEverything(world: World): Promise<void> {
    for (const { regionId } of world.fleet.regions) world.killRegion(regionId);
    await world.fleet.store.forgetPlays(-1);
    for (const { regionId } of world.fleet.regions) world.restartRegion(regionId);
  }

  it('is begun anew without a stall, in the middle of a segment, and ends as one', async () => {
    const world = await worldOf(231, { controlPlane: { tokenLifetimeMs: 10_000 } });
    const claims = watchClaims(world);
    const player = world.createPlayer({ link: LINK, bufferGoalMs: 8000 });
    await world.settle(player.load('noise-1'), 10_000);
    await runUntilMidSegment(world, player);
    const playId = player.stats().playId ?? '';
    await forgetEverything(world);
    expect(await world.fleet.store.findPlay(playId)).toBeUndefined();
    await playToTheEnd(world, player);
    const began = world.events.filter(({ name }) => name === 'play-granted');
    expect(began).toHaveLength(2);
    expect(player.stats().playId).not.toBe(playId);
    expect([...new Set(claims)]).toEqual([playId, player.stats().playId]);
  });

  it('gets no second stream by it', async () => {
    const world = await worldOf(232, { controlPlane: { tokenLifetimeMs: 10_000 } });
    const account = { planId: 'basic', link: LINK, bufferGoalMs: 8000 };
    const player = world.createPlayer(account);
    await world.settle(player.load('noise-1'), 10_000);
    await forgetEverything(world);
    await world.runUntilLive('noise-1');
    const other = world.createPlayer(account);
    await world.settle(other.load('noise-1'), 10_000);
    await world.runUntil(() => player.state === 'failed', 60_000);
    expect(errorOf(world).code).toBe('account/stream-limit');
    await world.runUntil(() => other.state === 'ended', 60_000);
  });
});
