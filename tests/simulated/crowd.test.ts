import type { Player, PlayerEvents } from '@pressplay/sdk-core';
import { DEMO_FLEET } from '@pressplay/testkit';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { expect, it } from 'vitest';

const CROWD = 40;
const CROWDED = 'fjord-1-a';
const REFUGES = ['ix-1-a', 'ix-1-b', 'ix-1-c'];
const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 80_000, videoBps: [900_000, 1_600_000], audioBps: 0 });

/** Forty plays cost enough: the control plane need not hear of OCAs meanwhile. */
const REST_MS = 300_000;
const AT_REST = {
  ocas: { reportIntervalMs: REST_MS, fillIntervalMs: REST_MS },
  controlPlane: { healthDeadlineMs: 2.5 * REST_MS, manifestRefreshMs: REST_MS },
};
const TEST_MS = 300_000;

type Move = PlayerEvents['server-changed'] & { readonly viewer: number; readonly atMs: number };

/** Forty viewers, all nearest to the same OCA; three others are the next best for all of them. */
async function gather(): Promise<{ world: World; players: readonly Player[]; moves: Move[] }> {
  const kept = new Set([CROWDED, ...REFUGES, 'core-1-a']);
  const sites = DEMO_FLEET.sites.map((site) => ({ ...site, ocas: site.ocas.filter(({ ocaId }) => kept.has(ocaId)) }));
  const fleetFile = { ...DEMO_FLEET, sites: sites.filter(({ ocas }) => ocas.length > 0) };
  const world = await createWorld({ seed: 11, titles: [TITLE], fleetFile, ...AT_REST });
  const moves: Move[] = [];
  const players = Array.from({ length: CROWD }, (_, viewer) => {
    const clientAddress = `198.51.100.${viewer + 1}`;
    const player = world.createPlayer({ clientAddress, accountId: `viewer-${viewer}`, link: { rateBps: 6_000_000 } });
    player.on('server-changed', (event) => moves.push({ ...event, viewer, atMs: world.clock.nowMs() }));
    return player;
  });
  await Promise.all(players.map((player) => world.settle(player.load('noise-1'), 10_000)));
  await world.advance(10_000);
  expect(players.map((player) => player.stats().ocaId)).toEqual(players.map(() => CROWDED));
  moves.length = 0;
  return { world, players, moves };
}

/** Nobody takes more than twice its share of those who went to the nearest refuges. */
function expectSpread(moves: readonly Move[]): void {
  const first = new Map([...moves].reverse().map(({ viewer, to }) => [viewer, to]));
  expect(first.size).toBe(CROWD);
  for (const refuge of REFUGES) {
    const taken = [...first.values()].filter((to) => to === refuge).length;
    expect(taken, refuge).toBeGreaterThan(0);
    expect(taken, refuge).toBeLessThanOrEqual((2 * CROWD) / REFUGES.length);
  }
}

async function end({ world, players }: { world: World; players: readonly Player[] }): Promise<void> {
  await world.runUntil(() => players.every(({ state }) => state === 'ended'), 200_000);
  for (const player of players) expect(player.stats().rebufferCount).toBe(0);
  for (const player of players) player.destroy();
}

it(
  'leaves an OCA in duress bit by bit, to different ones, and does not surge back',
  async () => {
    const { world, players, moves } = await gather();
    const askedAtMs = world.clock.nowMs();
    await world.setFaults(CROWDED, [{ kind: 'duress' }]);
    await world.advance(25_000);
    expect(new Set(moves.map(({ reason }) => reason))).toEqual(new Set(['duress']));
    expectSpread(moves);
    const delaysMs = moves.map(({ atMs }) => atMs - askedAtMs).sort((a, b) => a - b);
    expect(delaysMs[CROWD / 4]).toBeGreaterThan(3000);
    await world.setFaults(CROWDED, []);
    await end({ world, players });
    expect(moves.length).toBeLessThanOrEqual(CROWD * 1.25);
  },
  TEST_MS,
);

it(
  'leaves an OCA that refuses at once, to different ones, and does not surge back',
  async () => {
    const { world, players, moves } = await gather();
    await world.setFaults(CROWDED, [{ kind: 'status', status: 503, retryAfterS: 5 }]);
    await world.advance(15_000);
    expectSpread(moves);
    await world.setFaults(CROWDED, []);
    await end({ world, players });
    expect(moves.length).toBeLessThanOrEqual(CROWD * 1.25);
  },
  TEST_MS,
);
