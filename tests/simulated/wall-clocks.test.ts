import type { Player } from '@pressplay/sdk-core';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce } from './proof.ts';

const HOUR_MS = 3_600_000;
const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 60_000 });
const SHORT_LIVED = { tokenLifetimeMs: 12_000 };
const EVERYWHERE = ['us-east-1', 'us-west-2', 'eu-west-1'];

async function playing(seed: number, before: (world: World) => void = () => {}) {
  const world = await createWorld({ seed, titles: [TITLE], controlPlane: SHORT_LIVED });
  before(world);
  const player = world.createPlayer({ link: { rateBps: 8_000_000 }, bufferGoalMs: 8000 });
  await world.settle(player.load('noise-1'), 20_000);
  await world.advance(3000);
  return { world, player };
}

async function playsOn(world: World, player: Player): Promise<void> {
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 180_000);
  expect(player.state, world.failure('the play').message).toBe('ended');
  expect(player.stats().rebufferCount, world.failure('a stall').message).toBe(0);
  expectEveryByteOnce(world, player, TITLE);
}

const renewals = (world: World) =>
  world.network.records().filter(({ path, status }) => path.endsWith('/renew') && status === 200);

describe('the wall clock of a region', () => {
  it.each([30, 1, -1, -30])(
    'jumps by %i hours in the middle of a play: tokens are renewed without a stall',
    async (hours) => {
      const { world, player } = await playing(260 + hours);
      world.skewRegionClock('us-east-1', hours * HOUR_MS);
      await playsOn(world, player);
      expect(renewals(world).length).toBeGreaterThan(0);
    },
  );

  it.each([30, -20, -29])('is wrong by %i hours from the start: the play begins and goes on', async (hours) => {
    const { world, player } = await playing(360 + hours, (world) =>
      world.skewRegionClock('us-east-1', hours * HOUR_MS),
    );
    await playsOn(world, player);
  });

  it('jumps ahead everywhere, and back again', async () => {
    const { world, player } = await playing(400);
    for (const regionId of EVERYWHERE) world.skewRegionClock(regionId, 20 * HOUR_MS);
    await world.advance(15_000);
    for (const regionId of EVERYWHERE) world.skewRegionClock(regionId, 0);
    await playsOn(world, player);
  });

  it('jumps ahead by a day: a server that dies afterwards is named to nobody all the same', async () => {
    const { world, player } = await playing(401);
    world.skewRegionClock('us-east-1', 30 * HOUR_MS);
    await world.advance(10_000);
    const ocaId = player.stats().ocaId ?? '';
    world.killOca(ocaId);
    world.skewRegionClock('us-east-1', 0);
    await world.advance(20_000);
    for (const regionId of EVERYWHERE) {
      const { ocas } = await world.status(regionId);
      expect(ocas.find((oca) => oca.ocaId === ocaId)?.usable, regionId).toBe(false);
    }
  });
});
