import type { Player } from '@pressplay/sdk-core';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce, runUntilMidSegment } from './proof.ts';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 120_000 });

async function playing(
  seed: number,
  rateBps: number,
  bufferGoalMs = 12_000,
): Promise<{ world: World; player: Player }> {
  const world = await createWorld({ seed, titles: [TITLE] });
  const player = world.createPlayer({ link: { rateBps }, bufferGoalMs });
  await world.settle(player.load('noise-1'), 20_000);
  await world.advance(5000);
  return { world, player };
}

async function playsOn(world: World, player: Player): Promise<void> {
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 600_000);
  expect(player.state, world.failure('the play').message).toBe('ended');
  expect(player.stats().rebufferCount, world.failure('a stall').message).toBe(0);
  expectEveryByteOnce(world, player, TITLE);
}

describe('a viewer who changes the speed', () => {
  it('to double, on a line that carries the best rendition once: gets a lower one, and no stall', async () => {
    const { world, player } = await playing(501, 4_500_000);
    expect(player.stats().renditionId).toBe('v720');
    world.setPlaybackRate(player, 2);
    const atMs = world.clock.nowMs();
    const { positionMs } = player.stats();
    await world.advance(10_000);
    expect(player.stats().positionMs - positionMs).toBeCloseTo(20_000, -1);
    await playsOn(world, player);
    const shown = world.events.filter(({ name, atMs: at }) => name === 'rendition-shown' && at > atMs);
    expect(JSON.stringify(shown[0]?.detail)).not.toContain('v720');
  });

  it('to half: is not the worse for it', async () => {
    const { world, player } = await playing(502, 4_500_000);
    world.setPlaybackRate(player, 0.5);
    await playsOn(world, player);
    expect(player.stats().renditionId).toBe('v720');
  });

  it.each([601, 602, 603])(
    'to triple, with little buffered: leaves servers that go dark in time (%i)',
    async (seed) => {
      const { world, player } = await playing(seed, 20_000_000, 5000);
      world.setPlaybackRate(player, 3);
      for (let i = 0; i < 3; i++) {
        await world.advance(2000);
        await runUntilMidSegment(world, player);
        const ocaId = player.stats().ocaId ?? '';
        world.setLink(ocaId, { state: 'hang' });
        await world.advance(3000);
        world.setLink(ocaId, { state: 'up' });
      }
      await playsOn(world, player);
    },
  );

  it('to and fro, while the server that serves him crawls: no stall', async () => {
    const { world, player } = await playing(503, 8_000_000);
    for (const rate of [1.5, 1, 2, 1]) {
      world.setPlaybackRate(player, rate);
      world.setLink(player.stats().ocaId ?? '', { rateBps: 200_000 });
      await world.advance(9000);
    }
    await playsOn(world, player);
  });
});
