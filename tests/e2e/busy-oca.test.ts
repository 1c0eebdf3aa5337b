import { expect } from '@playwright/test';
import { DEMO_FLEET } from '@pressplay/testkit';
import type { Fleet } from '@pressplay/testkit/fleet';
import { withOwnFleet } from './own-fleet.ts';
import type { StockFilm, StockPlayer } from './stock-page.ts';
import { namedIn, servedBy, startPlay, steeredOf } from './stock-play.ts';

/** Of each response. */
const PACE_BPS = 8_000_000;
/** So many responses all but fill an OCA of the viewer's provider. */
const CROWD = 12;
const CAPACITY_BPS = 100_000_000;
const PATIENCE = { timeout: 30_000 };
const LOOKS = 4;

/** Two small OCAs at the viewer's provider and one large one far away. */
const test = withOwnFleet({ fleetFile: smallFleetFile(), paceBps: PACE_BPS, controlPlane: { steeringTtlMs: 1000 } });

function smallFleetFile(): typeof DEMO_FLEET {
  const kept = { 'fjord-1': 2, 'core-1': 1 } as const;
  const sites = DEMO_FLEET.sites.flatMap((site) => {
    const count = kept[site.siteId as keyof typeof kept];
    const capacityBps = site.siteClass === 'embedded' ? CAPACITY_BPS : undefined;
    const ocas = site.ocas.slice(0, count).map((oca) => ({ ...oca, ...(capacityBps && { capacityBps }) }));
    return count === undefined ? [] : [{ ...site, ocas }];
  });
  return { ...DEMO_FLEET, regions: DEMO_FLEET.regions.slice(0, 1), sites };
}

test.describe.configure({ timeout: 300_000 });

const CASES: readonly (readonly [name: string, player: StockPlayer, kind: 'hls' | 'dash'])[] = [
  ['hls.js', 'hls.js', 'hls'],
  ['Shaka with HLS', 'shaka', 'hls'],
  ['Shaka with DASH', 'shaka', 'dash'],
  ['dash.js', 'dash.js', 'dash'],
];

for (const [name, player, kind] of CASES) {
  test(`an OCA says that it is saturated: ${name} leaves it by the next steering answer, and plays on`, async ({
    own: { fleet, titleId },
    stock,
    stockPages,
  }) => {
    const play = await startPlay(fleet, titleId);
    const [first = '', second = ''] = namedIn(await (await fetch(play.manifests[kind])).text());
    await stock.start(stockPages, player, play.manifests[kind]);
    await expect
      .poll(() => servedBy(fleet, play, [first]), { message: 'the best OCA serves first', ...PATIENCE })
      .toBeGreaterThan(1);
    const crowd = await startCrowd(fleet, titleId, first);
    const endWatch = fleet.watch();
    try {
      await expect.poll(() => verdictOf(fleet, first), PATIENCE).toBe('saturated');
      await expect
        .poll(() => servedBy(fleet, play, [second]), { message: `to ${second}`, ...PATIENCE })
        .toBeGreaterThan(1);
      // What it asked for before it heard of the change may still come.
      await playsOn(stock, 4);
      const served = () => servedBy(fleet, play, [first], steeredOf(player));
      const isFull = () => verdictOf(fleet, first) === 'saturated';
      expect(await servedWhileFull(served, isFull, stock), 'nothing more from what is saturated').toBe(0);
    } finally {
      endWatch();
      await crowd.stop();
    }
    expect((await stock.state()).errors).toEqual([]);
    await expect.poll(() => verdictOf(fleet, first), PATIENCE).toBe('healthy');
  });
}

const verdictOf = (fleet: Fleet, wanted: string) =>
  fleet.snapshot().ocas.find(({ ocaId }) => ocaId === wanted)?.status?.verdict;

/**
 * How often the play asks it during some seconds in which it is saturated all the time. It may come out of that for a moment, and
 * rightly be asked again: then others are looked at.
 */
async function servedWhileFull(
  served: () => Promise<number>,
  isFull: () => boolean,
  stock: StockFilm,
): Promise<number> {
  for (let look = 0; look < LOOKS; look++) {
    const before = await served();
    if (await whileIt(playsOn(stock, 4), isFull)) return (await served()) - before;
  }
  throw new Error(`It was not saturated for four seconds of play in any of ${LOOKS} looks.`);
}

/** Whether the condition holds all the time until that is done. */
async function whileIt(done: Promise<void>, condition: () => boolean): Promise<boolean> {
  let holds = true;
  const timer = setInterval(() => {
    holds &&= condition();
  }, 100);
  await done.finally(() => clearInterval(timer));
  return holds;
}

async function playsOn(stock: StockFilm, forS: number): Promise<void> {
  const { positionS } = await stock.state();
  await expect.poll(async () => (await stock.state()).positionS, PATIENCE).toBeGreaterThan(positionS + forS);
}

/** Somebody else's play that takes the same files over and over, on as many connections as fill the OCA. */
async function startCrowd(fleet: Fleet, titleId: string, ocaId: string) {
  const { token, fileSets } = await startPlay(fleet, titleId);
  const [largest] = fileSets.flatMap(({ renditions }) => renditions).sort((a, b) => b.sizeBytes - a.sizeBytes);
  const url = `${fleet.ocas.find((oca) => oca.ocaId === ocaId)?.baseUrl}/${token}/${largest?.fileId}`;
  const leaving = new AbortController();
  const { signal } = leaving;
  const takeAll = async (): Promise<void> => {
    while (!signal.aborted) {
      const response = await fetch(url, { signal });
      for await (const _ of response.body ?? []) if (signal.aborted) return;
    }
  };
  const taking = Promise.allSettled(Array.from({ length: CROWD }, takeAll));
  return {
    async stop() {
      leaving.abort();
      await taking;
    },
  };
}
