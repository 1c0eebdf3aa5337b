import type { PlayResponse } from '@pressplay/protocol/messages';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce } from './proof.ts';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 12_000 });
const worldOf = (seed: number): Promise<World> => createWorld({ seed, titles: [TITLE] });

/** The answer to a play request as it comes over the wire. */
async function grantFor(world: World, clientAddress: string): Promise<PlayResponse> {
  const [region] = world.fleet.regions;
  const http = world.httpFor(clientAddress);
  const body = {
    titleId: 'noise-1',
    idempotencyKey: `steering-${clientAddress}-${world.clock.nowMs()}`,
    device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] },
  };
  const headers = {
    authorization: `Bearer ${world.fleet.keys.accessTokenFor('viewer-1')}`,
    'content-type': 'application/json',
  };
  const response = await world.settle(
    http({ method: 'POST', url: `${region?.baseUrl}/v1/plays`, headers, body: JSON.stringify(body) }),
    5000,
  );
  const read = async (): Promise<PlayResponse> => {
    const chunks: Uint8Array[] = [];
    for (let chunk = await response.body.read(); chunk; chunk = await response.body.read()) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString());
  };
  const answer = await world.settle(read(), 5000);
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

describe('the servers of a play', () => {
  it.each([
    { network: 'Fjord Broadband', address: '198.51.100.7', site: 'fjord-1', never: 'mesa-1' },
    { network: 'Mesa Cable', address: '203.0.113.7', site: 'mesa-1', never: 'fjord-1' },
  ])(
    'are at most ten, those inside $network first, and none inside another provider',
    async ({ address, site, never }) => {
      const world = await worldOf(301);
      const { servers } = await grantFor(world, address);
      expect(servers.length).toBeGreaterThan(4);
      expect(servers.length).toBeLessThanOrEqual(10);
      expect(new Set(servers.map(({ ocaId }) => ocaId)).size).toBe(servers.length);
      expect(servers.map(({ rank }) => rank)).toEqual(servers.map((_, rank) => rank));
      const siteOcas = world.fleet.ocas.filter(({ ocaId }) => ocaId.startsWith(site)).length;
      expect(servers.slice(0, siteOcas).every(({ siteId }) => siteId === site)).toBe(true);
      expect(servers.every(({ siteId }) => siteId !== never)).toBe(true);
    },
  );

  it('leave out an OCA that has been silent, and take it in again when it is back', async () => {
    const world = await worldOf(302);
    const [first] = (await grantFor(world, '198.51.100.7')).servers;
    const ocaId = first?.ocaId ?? '';
    const names = async () => (await grantFor(world, '198.51.100.7')).servers.map((server) => server.ocaId);
    world.killOca(ocaId);
    await world.advance(8000);
    expect(await names()).not.toContain(ocaId);
    world.restartOca(ocaId);
    await world.advance(3000);
    expect(await names()).toContain(ocaId);
  });

  it('spread over the OCAs of a site from play to play of different viewers', async () => {
    const world = await worldOf(303);
    const firsts = new Set<string>();
    for (let viewer = 1; viewer <= 12; viewer++) {
      const { servers } = await grantFor(world, `198.51.100.${viewer}`);
      firsts.add(servers[0]?.ocaId ?? '');
    }
    expect(firsts.size).toBeGreaterThan(1);
  });
});

describe('a refreshed ranking', () => {
  const LONG = synthesizeTitle({ titleId: 'noise-1', durationMs: 60_000 });

  it('without the server that drains: the play leaves it, without a stall', async () => {
    const world = await createWorld({ seed: 305, titles: [LONG], controlPlane: { grantRefreshMs: 10_000 } });
    const player = world.createPlayer({ link: { rateBps: 8_000_000 }, bufferGoalMs: 8000 });
    await world.settle(player.load('noise-1'), 10_000);
    await world.runUntil(() => player.stats().positionMs > 5000, 20_000);
    const drained = player.stats().ocaId ?? '';
    // From now on it is named to nobody; what it serves already it serves to the end.
    world.fleet.oca(drained).drain();
    await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 120_000);
    expect(player.state, world.failure('the play').message).toBe('ended');
    expect(player.stats().rebufferCount).toBe(0);
    expect(player.stats().servers.map(({ ocaId }) => ocaId)).not.toContain(drained);
    const left = player
      .ledger()
      .entries.map(({ ocaId }) => ocaId)
      .lastIndexOf(drained);
    expect(left).toBeLessThan(player.ledger().entries.length / 2);
    expectEveryByteOnce(world, player, LONG);
  });

  it('with a server that was away: it is measured and may serve again', async () => {
    const world = await createWorld({ seed: 306, titles: [LONG], controlPlane: { grantRefreshMs: 10_000 } });
    for (const ocaId of ['fjord-1-b', 'fjord-1-c', 'fjord-1-d', 'ix-1-a', 'ix-1-b', 'ix-1-c']) world.killOca(ocaId);
    await world.advance(8000);
    const player = world.createPlayer({ link: { rateBps: 8_000_000 }, bufferGoalMs: 8000 });
    await world.settle(player.load('noise-1'), 10_000);
    expect(player.stats().servers.map(({ ocaId }) => ocaId)).not.toContain('fjord-1-b');
    world.restartOca('fjord-1-b');
    await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 120_000);
    const back = player.stats().servers.find(({ ocaId }) => ocaId === 'fjord-1-b');
    expect(back?.latencyMs, world.failure('it was not measured').message).toBeGreaterThan(0);
    expectEveryByteOnce(world, player, LONG);
  });
});

it('a whole site that goes down during a play is left for the next nearest one', async () => {
  const world = await worldOf(304);
  const player = world.createPlayer({ link: { rateBps: 8_000_000 }, bufferGoalMs: 8000 });
  await world.settle(player.load('noise-1'), 10_000);
  await world.runUntil(() => player.stats().positionMs > 1000, 10_000);
  for (const { ocaId } of world.fleet.ocas) if (ocaId.startsWith('fjord-1')) world.killOca(ocaId);
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 60_000);
  expect(player.state, world.failure('the play').message).toBe('ended');
  expect(player.stats().rebufferCount).toBe(0);
  expect(player.ledger().entries.at(-1)?.ocaId).toMatch(/^(ix|core)-1-/);
  expectEveryByteOnce(world, player, TITLE);
});
