import type { Browser } from '@playwright/test';
import type { BrowserPlayer, PageServer } from '../browser/page-server.ts';
import { requestPlay } from '../browser/request-play.ts';
import { publishStockManifests } from '../browser/stock-manifests.ts';
import { watchTransfers } from '../browser/transfers.ts';
import type { Lane } from './lane-fleet.ts';
import { BUFFER_GOAL_S, type Moment, type WatchedPlay } from './watched-play.ts';

interface DriverWindow {
  readonly bench: {
    readonly samples: readonly Moment[];
    readonly failures: readonly string[];
    sample(): Moment;
    start(kind: string, options: unknown): void;
  };
}

/** As shipped, but for the buffer that all have in common. */
const HLS_CONFIG = { maxBufferLength: BUFFER_GOAL_S, maxMaxBufferLength: BUFFER_GOAL_S };
/** The defaults cured that hold up its start; everything that concerns servers is as shipped. */
const SHAKA_CONFIG = {
  abr: { useNetworkInformation: false },
  streaming: { segmentPrefetchLimit: 0, bufferingGoal: BUFFER_GOAL_S },
  // It would take what our servers say that they can send for the viewer's line.
  cmsd: { enabled: false },
};

export async function playInBrowser(
  player: BrowserPlayer,
  lane: Lane,
  place: { readonly browser: Browser; readonly pages: PageServer },
): Promise<WatchedPlay> {
  const context = await place.browser.newContext({ viewport: { width: 660, height: 380 } });
  const page = await context.newPage();
  const transfers = await watchTransfers(page);
  await page.goto(place.pages.pageUrl(player));
  await page.evaluate(([kind, options]) => (window as unknown as DriverWindow).bench.start(kind, options), [
    player,
    await optionsOf(player, lane, place.pages),
  ] as const);
  return {
    transfers,
    now: () => page.evaluate(() => (window as unknown as DriverWindow).bench.sample()),
    moments: () => page.evaluate(() => (window as unknown as DriverWindow).bench.samples),
    failures: () => page.evaluate(() => (window as unknown as DriverWindow).bench.failures),
    screenshot: async (file) => void (await page.screenshot({ path: file })),
    close: () => context.close(),
  };
}

async function optionsOf(player: BrowserPlayer, { fleet, title }: Lane, pages: PageServer): Promise<unknown> {
  if (player === 'ours') {
    const { titleId } = title;
    const accessToken = await fleet.accessToken();
    // As the others do by default: the picture is small, and a segment of a rendition of its size has no middle to speak of.
    const capToViewport = false;
    return { titleId, regions: fleet.regions, accessToken, bufferGoalMs: BUFFER_GOAL_S * 1000, capToViewport };
  }
  const play = await requestPlay(fleet, title.titleId);
  const [a, b] = play.servers;
  if (!a || !b) throw new Error('The fleet offers fewer than two servers.');
  const manifests = publishStockManifests(pages, {
    play,
    pathways: [
      { id: 'A', baseUrl: a.baseUrl },
      { id: 'B', baseUrl: b.baseUrl },
    ],
    manifestOrigin: `http://127.0.0.1:${pages.port}`,
    folder: play.playId,
  });
  return player === 'hls.js'
    ? { url: manifests.hlsUrl, config: HLS_CONFIG }
    : { url: manifests.dashUrl, config: SHAKA_CONFIG };
}
