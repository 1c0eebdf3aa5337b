import { describe, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';
import { WorldTruth } from './world-truth.ts';

const OCA = 'ix-1-a';
/** Something happens after a second, and is over a second later. */
async function after(happens: (world: World) => unknown, isOver: (world: World) => unknown = () => {}): Promise<World> {
  const world = await createWorld({ seed: 1 });
  const startMs = world.clock.nowMs();
  await world.advance(1000);
  await happens(world);
  await world.advance(1000);
  await isOver(world);
  await world.advance(1000);
  expect(world.clock.nowMs()).toBe(startMs + 3000);
  return world;
}
const span = (world: World, fromMs: number, toMs: number) => {
  const startMs = world.clock.nowMs() - 3000;
  return { fromMs: startMs + fromMs, toMs: startMs + toMs };
};

describe('an OCA is no good', () => {
  it.each<[string, (world: World) => unknown, (world: World) => unknown]>([
    ['while it is dead', (world) => world.killOca(OCA), (world) => world.restartOca(OCA)],
    [
      'while nobody reaches it',
      (world) => world.setLink(OCA, { state: 'hang' }),
      (world) => world.setLink(OCA, { state: 'up' }),
    ],
    [
      'while its line is too thin',
      (world) => world.setLink(OCA, { rateBps: 200_000 }),
      (world) => world.setLink(OCA, { rateBps: 1e9 }),
    ],
    [
      'while a fault is on',
      (world) => world.setFaults(OCA, [{ kind: 'stall', afterBytes: 0 }]),
      (world) => world.setFaults(OCA, []),
    ],
    [
      'while its clock runs ahead',
      (world) => world.skewWallClock(OCA, 3_600_000),
      (world) => world.skewWallClock(OCA, 0),
    ],
  ])('%s, and is before and after', async (_, happens, isOver) => {
    const world = await after(happens, isOver);
    const truth = new WorldTruth(world);
    expect(truth.isGood(OCA, span(world, 0, 900))).toBe(true);
    expect(truth.isGood(OCA, span(world, 0, 1500))).toBe(false);
    expect(truth.isGood(OCA, span(world, 1100, 1900))).toBe(false);
    expect(truth.isGood(OCA, span(world, 1900, 3000))).toBe(false);
    expect(truth.isGood(OCA, span(world, 2100, 3000))).toBe(true);
    expect(truth.isGood('ix-1-b', span(world, 0, 3000))).toBe(true);
  });

  it('when it drains, until it starts anew', async () => {
    const world = await after(
      (there) => there.drainOca(OCA),
      (there) => {
        there.killOca(OCA);
        there.restartOca(OCA);
      },
    );
    const truth = new WorldTruth(world);
    expect(truth.isGood(OCA, span(world, 1100, 1900))).toBe(false);
    expect(truth.isGood(OCA, span(world, 2100, 3000))).toBe(true);
    const rates = [500, 1500, 2500].map((ms) => truth.rateBpsOf(OCA, span(world, ms, ms).fromMs));
    expect(rates.map((bps) => bps > 0)).toEqual([true, false, true]);
  });

  it('where it takes too few viewers, and is where a fault hardly matters', async () => {
    const world = await after((there) => there.setFaults(OCA, [{ kind: 'latency', delayMs: 100 }]));
    expect(new WorldTruth(world, new Set([OCA])).isGood(OCA, span(world, 0, 3000))).toBe(false);
    expect(new WorldTruth(world).isGood(OCA, span(world, 0, 3000))).toBe(true);
  });
});

it('a region is up but for the time between its death and its return', async () => {
  const world = await after(
    (there) => there.killRegion('us-east-1'),
    (there) => there.restartRegion('us-east-1'),
  );
  const truth = new WorldTruth(world);
  const wasUp = [0, 1100, 2100].map((fromMs) => truth.isRegionUp('us-east-1', span(world, fromMs, fromMs + 800)));
  expect(wasUp).toEqual([true, false, true]);
  expect(truth.isRegionUp('us-east-1', span(world, 0, 3000))).toBe(false);
  expect(truth.isRegionUp('us-west-2', span(world, 0, 3000))).toBe(true);
});
