import type { Player } from '@pressplay/sdk-core';
import { DEMO_FLEET } from '@pressplay/testkit';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { expect, it } from 'vitest';

const BOX = 'fjord-1-a';
const NEAREST_REFUGES = ['ix-1-a', 'ix-1-b', 'ix-1-c'];
const CAPACITY_BPS = 40_000_000;
const FIRST_CROWD = 12;
const SECOND_CROWD = 30;
const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 150_000, videoBps: [900_000, 1_600_000], audioBps: 0 });
const TEST_MS = 300_000;

/** Regions hear too late of what happens here: players must find out from the box itself. */
const REST_MS = 300_000;
const AT_REST = {
  ocas: { reportIntervalMs: REST_MS, fillIntervalMs: REST_MS },
  controlPlane: { healthDeadlineMs: 2.5 * REST_MS, manifestRefreshMs: REST_MS },
};

/** A box with little capacity that is the nearest for everybody, and four others with plenty. */
function crowdedWorld(): Promise<World> {
  const kept = new Set([BOX, ...NEAREST_REFUGES, 'core-1-a']);
  const sites = DEMO_FLEET.sites.map((site) => {
    const ocas = site.ocas.filter(({ ocaId }) => kept.has(ocaId));
    return { ...site, ocas: ocas.map((oca) => (oca.ocaId === BOX ? { ...oca, capacityBps: CAPACITY_BPS } : oca)) };
  });
  const fleetFile = { ...DEMO_FLEET, sites: sites.filter(({ ocas }) => ocas.length > 0) };
  return createWorld({ seed: 23, titles: [TITLE], fleetFile, ...AT_REST });
}

function viewer(world: World, n: number): Player {
  const link = { rateBps: 6_000_000 };
  return world.createPlayer({ clientAddress: `198.51.100.${n + 1}`, accountId: `viewer-${n}`, link });
}

const at = (players: readonly Player[], ocaId: string): number =>
  players.filter((player) => player.stats().ocaId === ocaId).length;

const playIds = (players: readonly Player[]): ReadonlySet<string | undefined> =>
  new Set(players.map((player) => player.stats().playId));

function refusedAtBox(world: World, plays: ReadonlySet<string | undefined>): number {
  const refused = world.requestLog(BOX).filter(({ phase, reason }) => phase === 'start' && reason === 'oca/overloaded');
  return refused.filter(({ playId }) => plays.has(playId)).length;
}

it('takes what it can of two crowds, and the rest plays from lighter ones without a stall', {
  timeout: TEST_MS,
}, async () => {
  const world = await crowdedWorld();
  const first: Player[] = [];
  for (let n = 0; n < FIRST_CROWD; n++) {
    const player = viewer(world, n);
    first.push(player);
    await world.settle(player.load('noise-1'), 10_000);
    await world.advance(5000);
  }
  expect(at(first, BOX)).toBe(FIRST_CROWD);

  const second = Array.from({ length: SECOND_CROWD }, (_, n) => viewer(world, FIRST_CROWD + n));
  await Promise.all(second.map((player) => world.settle(player.load('noise-1'), 10_000)));
  const peakBps = await trafficWithin(world, 15_000);
  const settledBps = await trafficWithin(world, 15_000);
  expect(peakBps).toBeGreaterThan(0.9 * CAPACITY_BPS);
  expect(settledBps).toBeLessThan(0.95 * CAPACITY_BPS);
  // It is not left by all: it serves what it can.
  expect(at(first, BOX)).toBeGreaterThanOrEqual(FIRST_CROWD / 3);
  // Who was there stays until he is asked to leave; who comes is refused.
  expect(refusedAtBox(world, playIds(second))).toBeGreaterThan(0);
  expect(refusedAtBox(world, playIds(first))).toBe(0);
  const all = [...first, ...second];
  for (const refuge of NEAREST_REFUGES) {
    expect(at(all, refuge), refuge).toBeGreaterThan(0);
    expect(at(all, refuge), refuge).toBeLessThanOrEqual((2 * all.length) / NEAREST_REFUGES.length);
  }
  await world.runUntil(() => all.every(({ state }) => state === 'ended'), 200_000);
  for (const player of all) expect(player.stats().rebufferCount).toBe(0);
  for (const player of all) player.destroy();
});

/** The highest of each second. */
async function trafficWithin(world: World, durationMs: number): Promise<number> {
  let highestBps = 0;
  for (let passedMs = 0; passedMs < durationMs; passedMs += 1000) {
    await world.advance(1000);
    highestBps = Math.max(highestBps, (await world.fleet.oca(BOX).status()).trafficBps);
  }
  return highestBps;
}
