import { describe, expect, it } from 'vitest';
import { playerStage } from './testing/player-stage.ts';
import { samplePlayResponse } from './testing/sample-play.ts';

const REFRESH_MS = 10_000;
const renewalsOf = (network: { asked: readonly { url: string; atMs: number }[] }) =>
  network.asked.filter(({ url }) => url.endsWith('/renew')).map(({ atMs }) => atMs);

/** A play of two minutes that runs, whose backend wants it steered anew every ten seconds. */
async function steeredPlay() {
  const stage = playerStage({}, { segments: 30 });
  stage.network.play = { ...samplePlayResponse({ segments: 30 }), refreshInMs: REFRESH_MS };
  await stage.clock.resolve(stage.player.load('sample-1'));
  return stage;
}

describe('steering', () => {
  it('is asked for again at the time the grant names, again and again, until the play is stopped', async () => {
    const { clock, player, network } = await steeredPlay();
    await clock.advance(45_000);
    const [first = 0, ...later] = renewalsOf(network);
    expect(first).toBeGreaterThanOrEqual(0.9 * REFRESH_MS);
    expect(later.length).toBeGreaterThanOrEqual(2);
    player.destroy();
    const count = renewalsOf(network).length;
    await clock.advance(60_000);
    expect(renewalsOf(network)).toHaveLength(count);
    expect(clock.pendingTimers).toBe(0);
  });

  it('rests while the viewer pauses, and is asked for when he goes on', async () => {
    const { clock, player, network } = await steeredPlay();
    await clock.advance(5000);
    player.pause();
    await clock.advance(600_000);
    expect(renewalsOf(network)).toEqual([]);
    const resumedAtMs = clock.nowMs();
    player.play();
    await clock.advance(100);
    expect(renewalsOf(network)).toEqual([resumedAtMs]);
  });

  it('that took a server away: the play leaves it without a stall', async () => {
    const { clock, player, network, log } = await steeredPlay();
    await clock.advance(5000);
    const left = player.stats().ocaId;
    const moves: { from?: string; reason: string }[] = [];
    player.on('server-changed', (event) => void moves.push(event));
    const { servers } = network.play;
    const kept = servers.filter(({ ocaId }) => ocaId !== left);
    const fileSets = network.play.fileSets.map((set) => ({ ...set, servers: kept.map((_, i) => i) }));
    network.play = { ...network.play, servers: kept, fileSets };
    await clock.advance(20_000);
    expect(player.stats().servers.map(({ ocaId }) => ocaId)).toEqual(kept.map(({ ocaId }) => ocaId));
    expect(player.stats().ocaId).not.toBe(left);
    expect(moves).toMatchObject([{ from: left, reason: 'steering' }]);
    await clock.runUntil(() => player.state === 'ended', 200_000);
    expect(player.state).toBe('ended');
    expect(log.rebuffer).toEqual([]);
  });

  it('that fails keeps the grant and tries again, with longer and longer pauses', async () => {
    const { clock, player, network } = await steeredPlay();
    const servers = player.stats().servers.map(({ ocaId }) => ocaId);
    Object.assign(network.regions, { near: 'refuses', far: 'refuses' });
    await clock.advance(60_000);
    expect(player.state).toBe('playing');
    expect(player.stats().servers.map(({ ocaId }) => ocaId)).toEqual(servers);
    const tried = renewalsOf(network).length;
    expect(tried).toBeGreaterThan(4);
    expect(tried).toBeLessThan(40);
    Object.assign(network.regions, { near: 'answers' });
    await clock.advance(35_000);
    const answered = renewalsOf(network).length;
    await clock.advance(0.8 * REFRESH_MS);
    expect(renewalsOf(network).length - answered).toBeLessThanOrEqual(1);
  });
});

describe('a token that ends while no region answers', () => {
  it('is asked for until a region is back: the play waits, whatever its other servers do', async () => {
    const { clock, player, network } = playerStage({}, { segments: 30 });
    network.play = { ...network.play, expiresInMs: 15_000 };
    await clock.resolve(player.load('sample-1'));
    Object.assign(network.regions, { near: 'refuses', far: 'refuses' });
    await clock.advance(15_000);
    network.expiredTokens.add(network.play.token);
    for (const { ocaId } of network.play.servers.slice(1)) network.deadOcas.add(ocaId);
    await clock.runUntil(() => player.state === 'rebuffering', 100_000);
    // Longer than silent servers are waited for.
    await clock.advance(50_000);
    network.play = { ...network.play, token: 'token-2', expiresInMs: 3_600_000 };
    Object.assign(network.regions, { near: 'answers', far: 'answers' });
    await clock.runUntil(() => player.state === 'ended' || player.state === 'failed', 400_000);
    expect(player.state).toBe('ended');
  });
});

describe('retry', () => {
  it('plays the title again from where it failed, as a new play', async () => {
    const { clock, player, network } = playerStage({}, { segments: 30 });
    await clock.resolve(player.load('sample-1'));
    await clock.runUntil(() => player.stats().positionMs > 10_000, 30_000);
    for (const { ocaId } of network.play.servers) network.deadOcas.add(ocaId);
    await clock.runUntil(() => player.state === 'failed', 200_000);
    const { positionMs } = player.stats();
    expect(positionMs).toBeGreaterThan(10_000);
    network.deadOcas.clear();
    await clock.resolve(player.retry());
    const keys = network.asked.flatMap(({ url, body }) => (url.endsWith('/v1/plays') ? [JSON.parse(body ?? '')] : []));
    expect(new Set(keys.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
    expect(player.stats().positionMs).toBe(positionMs);
    await clock.runUntil(() => player.state === 'ended', 200_000);
    expect(player.state).toBe('ended');
  });

  it('of a load that no region answered asks them again', async () => {
    const { clock, player, network } = playerStage();
    Object.assign(network.regions, { near: 'refuses', far: 'refuses' });
    await expect(clock.resolve(player.load('sample-1', { startAtMs: 8000 }))).rejects.toMatchObject({
      code: 'region/unreachable',
    });
    Object.assign(network.regions, { near: 'answers' });
    await clock.resolve(player.retry());
    expect(player.stats().positionMs).toBe(8000);
  });

  it('is refused where nothing has failed', async () => {
    const { player } = playerStage();
    await expect(player.retry()).rejects.toMatchObject({ code: 'player/invalid-call' });
  });
});
