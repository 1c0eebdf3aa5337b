import type { Page } from '@playwright/test';
import type { BrowserPlayer } from '../browser/page-server.ts';
import { type Transfer, watchTransfers } from '../browser/transfers.ts';
import type { StartupStage } from './stage.ts';

export type Contender = 'ours' | 'hls.js' | 'shaka-hls' | 'shaka-dash';

export interface Start {
  readonly startupMs: number;
  /** The first video rendition that was appended, by the first media range asked for. */
  readonly renditionId: string;
}

/** So long a page rests before it plays: its scripts are evaluated, the link is idle. */
const REST_MS = 400;
const LIMIT_MS = 20_000;

/** Shaka with the defaults cured that cost it most of its start; hls.js with its own. */
const SHAKA_CONFIG = {
  abr: { useNetworkInformation: false, defaultBandwidthEstimate: 4e5 },
  streaming: { segmentPrefetchLimit: 0 },
  // It would take what our servers say that they can send for the viewer's line, and begin with the highest rendition.
  cmsd: { enabled: false },
};
const HLS_CONFIG = {};

/** One start in a fresh context: nothing is cached, no connection is open. */
export async function startOnce(stage: StartupStage, contender: Contender, screenshot?: string): Promise<Start> {
  const context = await stage.browser.newContext({ viewport: { width: 660, height: 380 } });
  try {
    const page = await context.newPage();
    const transfers = await watchTransfers(page);
    await page.goto(stage.pages.pageUrl(playerOf(contender)));
    await page.waitForTimeout(REST_MS);
    await page.evaluate(([kind, options]) => (window as unknown as DriverWindow).bench.start(kind, options), [
      playerOf(contender),
      optionsOf(stage, contender),
    ] as const);
    const startupMs = await startupOf(page);
    if (screenshot !== undefined) await photograph(page, screenshot);
    return { startupMs, renditionId: firstRendition(stage, transfers) };
  } finally {
    await context.close();
  }
}

interface DriverWindow {
  readonly bench: {
    readonly failures: readonly string[];
    start(kind: string, options: unknown): void;
    startupMs(): number | undefined;
  };
}

const playerOf = (contender: Contender): BrowserPlayer =>
  contender === 'shaka-hls' || contender === 'shaka-dash' ? 'shaka' : contender;

function optionsOf({ regions, accessToken, title, manifests }: StartupStage, contender: Contender): unknown {
  switch (contender) {
    case 'ours':
      return { titleId: title.titleId, regions, accessToken };
    case 'hls.js':
      return { url: manifests.hlsUrl, config: HLS_CONFIG };
    case 'shaka-hls':
      return { url: manifests.hlsUrl, config: SHAKA_CONFIG };
    case 'shaka-dash':
      return { url: manifests.dashUrl, config: SHAKA_CONFIG };
  }
}

async function startupOf(page: Page): Promise<number> {
  const outcome = await page.waitForFunction(
    () => {
      const { bench } = window as unknown as DriverWindow;
      return bench.startupMs() ?? bench.failures[0];
    },
    undefined,
    { timeout: LIMIT_MS },
  );
  const value = await outcome.jsonValue();
  if (typeof value !== 'number') throw new Error(`The start failed: ${value}`);
  return value;
}

async function photograph(page: Page, file: string): Promise<void> {
  await page.waitForTimeout(1500);
  await page.screenshot({ path: file });
}

function firstRendition({ title }: StartupStage, transfers: readonly Transfer[]): string {
  const wanted = transfers.flatMap(({ fileId, startByte, endByte }) => {
    const rendition = title.renditions.find((candidate) => candidate.kind === 'video' && candidate.fileId === fileId);
    const isMedia =
      rendition && startByte <= rendition.index.offset0 && endByte > rendition.index.offset0 + PROBED_BYTES;
    return rendition && isMedia ? [rendition.renditionId] : [];
  });
  return wanted[0] ?? 'none';
}

/** What a probe of ours may ask for beyond the init segment. */
const PROBED_BYTES = 4096;
