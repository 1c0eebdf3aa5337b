import type { Player } from '@pressplay/sdk-core';
import {
  createWorld,
  entriesOf,
  type SyntheticTitle,
  synthesizeTitle,
  type WitnessedRange,
  type World,
} from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce, handOversOf, loggedStartAt, runUntilMidSegment } from './proof.ts';

const MEGABIT = 1_000_000;
const TITLE: SyntheticTitle = synthesizeTitle({ titleId: 'noise-1', durationMs: 40_000 });

interface MidSegment {
  world: World;
  player: Player;
  range: WitnessedRange;
  ocaId: string;
}

/** A viewer on a line of 8 Mbit/s, in the middle of a segment. */
async function playToMidSegment(seed: number): Promise<MidSegment> {
  const world = await createWorld({ seed, titles: [TITLE] });
  const player = world.createPlayer({ link: { rateBps: 8 * MEGABIT } });
  await world.settle(player.load('noise-1', { autoplay: true }), 10_000);
  return { world, player, ...(await runUntilMidSegment(world, player)) };
}

async function playToTheEnd({ world, player }: MidSegment): Promise<void> {
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 120_000);
  if (player.state === 'failed') throw world.failure('The play failed.');
}

/** No stall; the next server was asked for exactly the first byte that the one before had not delivered. */
function expectSeamlessHandOver(scene: MidSegment): void {
  const { world, player, range, ocaId } = scene;
  expect(player.stats().rebufferCount, world.failure('a stall').message).toBe(0);
  const [handOver] = handOversOf(world, range);
  if (!handOver) throw world.failure('No hand-over in this segment.');
  expect(handOver.from).toBe(ocaId);
  expect(handOver.to).not.toBe(ocaId);
  expect(handOver.atByte).toBeGreaterThan(range.startByte);
  expect(handOver.atByte).toBeLessThan(range.endByte);
  expect(
    entriesOf(player.ledger(), range)
      .map((entry) => entry.ocaId)
      .slice(0, 2),
  ).toEqual([ocaId, handOver.to]);
  expect(loggedStartAt(world, handOver.to, range.fileId, handOver.atByte)?.range).toEqual([
    handOver.atByte,
    range.endByte,
  ]);
  expectEveryByteOnce(world, player, TITLE);
}

describe('the server that streams is lost in the middle of a segment', () => {
  it('killed: the next one goes on with the first byte not delivered', async () => {
    const scene = await playToMidSegment(101);
    scene.world.killOca(scene.ocaId);
    await playToTheEnd(scene);
    expectSeamlessHandOver(scene);
    expect(scene.player.ledger().entries.at(-1)?.ocaId).not.toBe(scene.ocaId);
  });

  it('hangs, its machine unreachable', async () => {
    const scene = await playToMidSegment(102);
    scene.world.setLink(scene.ocaId, { state: 'hang' });
    await playToTheEnd(scene);
    expectSeamlessHandOver(scene);
  });

  it('stalls: accepts, and sends nothing more', async () => {
    const scene = await playToMidSegment(103);
    await scene.world.setFaults(scene.ocaId, [{ kind: 'stall', afterBytes: 0 }]);
    await playToTheEnd(scene);
    expectSeamlessHandOver(scene);
  });

  it('answers 503 from now on', async () => {
    const scene = await playToMidSegment(104);
    await scene.world.setFaults(scene.ocaId, [{ kind: 'status', status: 503 }]);
    await playToTheEnd(scene);
    expectSeamlessHandOver(scene);
  });

  it('slows down to 200 kbit/s', async () => {
    const scene = await playToMidSegment(105);
    await scene.world.setFaults(scene.ocaId, [{ kind: 'rate', rateBps: 200_000 }]);
    await playToTheEnd(scene);
    expectSeamlessHandOver(scene);
  });

  it('resets each connection after 50 kB', async () => {
    const scene = await playToMidSegment(106);
    await scene.world.setFaults(scene.ocaId, [{ kind: 'reset', afterBytes: 50_000 }]);
    await playToTheEnd(scene);
    expectSeamlessHandOver(scene);
  });
});
