import type { Player } from '@pressplay/sdk-core';
import {
  createWorld,
  integerFrom,
  pickFrom,
  synthesizeTitle,
  TROUBLES,
  troubleSomebody,
  troubleTheStart,
  type World,
} from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce } from './proof.ts';

const MEGABIT = 1_000_000;
const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 32_000 });
/** One OCA stays healthy; to find it among ten may take this long. */
const LONGEST_REBUFFER_MS = 4000;
/** On the slowest line, with the first servers in trouble. */
const LONGEST_START_MS = 8000;
/** The OCAs that steering names to a Fjord customer, whatever it ranks first: its own site's. */
const IN_REACH = ['fjord-1-a', 'fjord-1-b', 'fjord-1-c', 'fjord-1-d'];
const SEEDS = seedsOf(process.env.PRESSPLAY_SEEDS);

/** `PRESSPLAY_SEEDS=500` for the first 500, `PRESSPLAY_SEEDS=17,4711` for these. */
function seedsOf(setting: string | undefined): number[] {
  if (setting?.includes(',')) return setting.split(',').filter(Boolean).map(Number);
  return Array.from({ length: Number(setting ?? 20) }, (_, i) => i + 1);
}

/** Exactly so long, unless it is over before: `runUntil` alone stays at the last timer that fired. */
async function runFor(world: World, durationMs: number, isOver: () => boolean): Promise<void> {
  const endMs = world.clock.nowMs() + durationMs;
  if (!(await world.clock.runUntil(isOver, durationMs))) await world.advance(endMs - world.clock.nowMs());
}

/** Random troubles at random moments; the OCA named is left alone. Regions die and come back as they like. */
async function playThroughTroubles(world: World, player: Player, healthyOcaId: string): Promise<void> {
  const random = world.random('troubles');
  const plan = { troubles: TROUBLES, healthyOcaId, regionShare: 0.1, servingOcaId: () => player.stats().ocaId };
  const isOver = (): boolean => player.state === 'ended' || player.state === 'failed';
  const endMs = world.clock.nowMs() + 180_000;
  while (!isOver()) {
    if (world.clock.nowMs() > endMs) throw world.failure('The play does not end.');
    await runFor(world, integerFrom(random, 20, 600), isOver);
    if (isOver()) return;
    await troubleSomebody(world, random, plan);
  }
}

let handOvers = 0;

describe('troubles at random', () => {
  it.each(SEEDS)('seed %i: whatever breaks, one healthy OCA is enough', async (seed) => {
    const world = await createWorld({ seed, titles: [TITLE] });
    const random = world.random('scene');
    const link = { rateBps: integerFrom(random, 1.5 * MEGABIT, 6 * MEGABIT), latencyMs: integerFrom(random, 1, 40) };
    const healthyOcaId = pickFrom(random, IN_REACH);
    await troubleTheStart(world, world.random('start'), { troubles: TROUBLES, healthyOcaId, share: 0.4 });
    const player = world.createPlayer({ link, bufferGoalMs: integerFrom(random, 4000, 12_000) });
    await world.settle(player.load('noise-1'), 10_000);
    await playThroughTroubles(world, player, healthyOcaId);
    expect(player.state, world.failure('the play').message).toBe('ended');
    expectEveryByteOnce(world, player, TITLE);
    const { rebufferMs, startupMs } = player.stats();
    expect(startupMs, world.failure('too late a start').message).toBeLessThan(LONGEST_START_MS);
    expect(rebufferMs, world.failure('too long a stall').message).toBeLessThan(LONGEST_REBUFFER_MS);
    handOvers += world.events.filter(({ name }) => name === 'hand-over').length;
  });

  it.skipIf(SEEDS.length < 20)('made players hand over', () => {
    expect(handOvers).toBeGreaterThan(SEEDS.length / 2);
  });
});
