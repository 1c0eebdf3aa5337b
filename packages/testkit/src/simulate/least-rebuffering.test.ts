import { describe, expect, it } from 'vitest';
import { synthesizeTitle } from '../simulation/media.ts';
import { createWorld } from '../simulation/world.ts';
import { leastRebufferMs, servedRebufferMs } from './least-rebuffering.ts';
import type { Scene } from './scene.ts';
import { trueCapacity } from './true-capacity.ts';
import type { Viewer } from './viewer.ts';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 40_000 });
const ADDRESS = '198.51.100.7';
const SCENE: Scene = {
  seed: 1,
  title: 0,
  crowdedOcaIds: [],
  viewers: [
    {
      clientAddress: ADDRESS,
      startAfterMs: 0,
      bufferGoalMs: 8000,
      link: { kind: 'steady', rateBps: 4_000_000, latencyMs: 5 },
      actions: [],
      lineLosses: [],
    },
  ],
};

/** A play that something happens to after 10 s; gives what it rebuffered, and what of that nobody could have avoided. */
async function playWith(trouble: (world: Awaited<ReturnType<typeof createWorld>>) => Promise<void> | void) {
  const world = await createWorld({ seed: 1, titles: [TITLE] });
  const player = world.createPlayer({ clientAddress: ADDRESS, link: { rateBps: 4_000_000 }, bufferGoalMs: 8000 });
  const loadedAtMs = world.clock.nowMs();
  await world.settle(player.load('noise-1'), 10_000);
  await world.advance(10_000);
  await trouble(world);
  await world.runUntil(() => player.state === 'ended', 300_000);
  const [scene] = SCENE.viewers;
  if (!scene) throw new Error('The scene has no viewer.');
  const viewer: Viewer = { scene, player, errors: [], lowestBufferMs: 0, mostServers: 0, loadedAtMs };
  const capacity = trueCapacity(world, { viewer, viewers: [viewer], scene: SCENE, liars: new Set() });
  return {
    rebufferMs: player.stats().rebufferMs,
    leastMs: leastRebufferMs(world, viewer, TITLE, capacity),
    servedMs: servedRebufferMs(world, viewer, capacity),
  };
}

describe('the least rebuffering', () => {
  it('is nothing where nothing happened', async () => {
    expect(await playWith(() => {})).toEqual({ rebufferMs: 0, leastMs: 0, servedMs: 0 });
  });

  it('of a line that was away is nearly all there was', async () => {
    const { rebufferMs, leastMs, servedMs } = await playWith(async (world) => {
      world.setLink(ADDRESS, { state: 'hang' });
      await world.advance(30_000);
      world.setLink(ADDRESS, { state: 'up' });
    });
    expect(leastMs).toBeGreaterThan(15_000);
    expect(leastMs).toBeLessThanOrEqual(rebufferMs);
    // While the line was away nothing could have come: only its return is left.
    expect(servedMs).toBeGreaterThan(0);
    expect(servedMs).toBeLessThan(rebufferMs - 15_000);
  });

  it('is the same where every server was away, and nothing where one was there', async () => {
    const away = async (world: Awaited<ReturnType<typeof createWorld>>, ocaIds: readonly string[]) => {
      for (const ocaId of ocaIds) world.setLink(ocaId, { state: 'hang' });
      await world.advance(30_000);
      for (const ocaId of ocaIds) world.setLink(ocaId, { state: 'up' });
    };
    const all = await playWith((world) =>
      away(
        world,
        world.fleet.ocas.map(({ ocaId }) => ocaId),
      ),
    );
    expect(all.leastMs).toBeGreaterThan(15_000);
    const most = await playWith((world) =>
      away(
        world,
        world.fleet.ocas.map(({ ocaId }) => ocaId).filter((ocaId) => ocaId !== 'fjord-1-a'),
      ),
    );
    expect(most.leastMs).toBe(0);
  });

  it('of a line below the smallest rendition is what it lacks', async () => {
    const { rebufferMs, leastMs, servedMs } = await playWith((world) => world.setLink(ADDRESS, { rateBps: 150_000 }));
    expect(leastMs).toBeGreaterThan(5000);
    expect(leastMs).toBeLessThanOrEqual(rebufferMs);
    expect(servedMs).toBeCloseTo(rebufferMs);
  });
});
