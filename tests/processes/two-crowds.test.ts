import type { FleetFile } from '@pressplay/protocol/messages';
import { createPlayer, type Player } from '@pressplay/sdk-node';
import { DEMO_FLEET } from '@pressplay/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts';

const BOX = 'fjord-1-a';
/** Enough for some ten viewers of the sample, not for thirty, however slowly they come. */
const CAPACITY_BPS = 4_000_000;
const FIRST_CROWD = 6;
const SECOND_CROWD = 24;
const PLAYED_MS = 20_000;
const BUFFERED_MS = 14_000;

let underTest: FleetUnderTest;
const players: Player[] = [];

beforeAll(async () => {
  underTest = await startFleetUnderTest({ fleetFile: fleetWithSmallBox(), database: 'memory' });
}, 300_000);
afterAll(async () => {
  for (const player of players) player.destroy();
  await underTest?.end();
}, 300_000);

/** One OCA at each site; the nearest of our viewers has little capacity. */
function fleetWithSmallBox(): FleetFile {
  const sites = DEMO_FLEET.sites.map((site) => {
    const ocas = site.ocas.slice(0, 1);
    return { ...site, ocas: ocas.map((oca) => (oca.ocaId === BOX ? { ...oca, capacityBps: CAPACITY_BPS } : oca)) };
  });
  return { ...DEMO_FLEET, sites };
}

/** So many viewers of one network, one after the other, who begin to watch with a buffer that outlasts a busy machine. */
async function arrive(count: number, network: string): Promise<readonly Player[]> {
  const { fleet, titleId } = underTest;
  const crowd: Player[] = [];
  for (let n = 0; n < count; n++) {
    const player = createPlayer({
      regions: fleet.regions,
      accessToken: await fleet.accessToken(`viewer-${players.length}`),
      clientAddress: `${network}.${n + 1}`,
      bufferGoalMs: PLAYED_MS,
    });
    players.push(player);
    crowd.push(player);
    await player.load(titleId, { autoplay: false });
  }
  await until(() => crowd.every((player) => player.stats().bufferAheadMs > BUFFERED_MS));
  for (const player of crowd) player.play();
  return crowd;
}

it('two crowds at one box: it takes what it can, the rest plays from others, nobody stalls', {
  timeout: 300_000,
}, async () => {
  const { fleet } = underTest;
  const first = await arrive(FIRST_CROWD, '198.51.100');
  await until(() => first.every((player) => player.stats().positionMs > 8000));
  await arrive(SECOND_CROWD, '127.30.1');
  await until(() => players.every((player) => player.stats().positionMs > PLAYED_MS));

  for (const player of players) {
    expect(player.state).not.toBe('failed');
    expect(player.stats().rebufferCount).toBe(0);
  }
  const served = (await fleet.requestLog(BOX)).filter(({ phase }) => phase === 'start');
  expect(served.some(({ status }) => status === 206)).toBe(true);
  const serversOf = (player: Player): ReadonlySet<string> => new Set(player.ledger().entries.map(({ ocaId }) => ocaId));
  const elsewhere = players.filter((player) => [...serversOf(player)].some((ocaId) => ocaId !== BOX));
  expect(elsewhere.length).toBeGreaterThan(SECOND_CROWD / 4);
  // Not steering alone has spread them: some were refused, or left when they were asked to.
  const left = players.filter((player) => serversOf(player).size > 1);
  expect(served.filter(({ status }) => status === 503).length + left.length).toBeGreaterThan(0);
  const { baseUrl = '' } = fleet.ocas.find(({ ocaId }) => ocaId === BOX) ?? {};
  const load = async (): Promise<number> => {
    const { trafficBps } = (await (await fetch(`${baseUrl}/control/status`)).json()) as { trafficBps: number };
    return trafficBps / CAPACITY_BPS;
  };
  let loadShare = await load();
  await until(async () => {
    loadShare = await load();
    return loadShare < 1;
  });
  expect(loadShare).toBeLessThan(1);
});

async function until(isDone: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await isDone())) {
    if (performance.now() > endMs) throw new Error(`Not within ${limitMs} ms: ${isDone}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
