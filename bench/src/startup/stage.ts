import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from '@playwright/test';
import type { CatalogTitle, PlayResponse } from '@pressplay/protocol/messages';
import { type Fleet, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import { provideTitle } from '../browser/bench-title.ts';
import { launchChromium } from '../browser/chromium.ts';
import { type PageServer, servePages } from '../browser/page-server.ts';
import { requestPlay } from '../browser/request-play.ts';
import { publishStockManifests, type StockManifests } from '../browser/stock-manifests.ts';
import { type LinkSettings, startLinkProcess } from './link-process.ts';

/** An address for the manifests that differs from the pages': only what plays goes over the link. */
const MANIFEST_HOST = '127.0.0.9';

/** Fleet, pages, link and browser: everything that a start needs. */
export interface StartupStage {
  readonly browser: Browser;
  readonly pages: PageServer;
  readonly title: CatalogTitle;
  readonly regions: Fleet['regions'];
  readonly accessToken: string;
  readonly manifests: StockManifests;
  close(): Promise<void>;
}

export async function buildStage(link: LinkSettings): Promise<StartupStage> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'pressplay-bench-startup-'));
    closers.push(() => rm(dataDir, { recursive: true, force: true }));
    const title = await provideTitle(dataDir);
    const fleet = await startFleet({ dataDir, ports: portsFrom(await findFreeBasePort()), database: 'memory' });
    closers.push(() => fleet.stop());
    await fleet.waitUntilLive(title.titleId);
    const pages = await servePages();
    closers.push(() => pages.close());
    const accessToken = await fleet.accessToken();
    const play = await requestPlay(fleet, title.titleId);
    const manifests = manifestsOf(pages, play);
    const servers = [...fleet.regions, ...fleet.ocas, { baseUrl: manifestOriginOf(pages) }].map(({ baseUrl }) =>
      hostAndPort(baseUrl),
    );
    const running = await startLinkProcess(link, servers);
    closers.push(() => running.close());
    const rules = servers.map(({ host, port }, index) => `MAP ${host}:${port} 127.0.0.1:${running.ports[index]}`);
    const browser = await launchChromium([`--host-resolver-rules=${rules.join(',')}`]);
    closers.push(() => browser.close());
    return { browser, pages, title, regions: fleet.regions, accessToken, manifests, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function manifestsOf(pages: PageServer, play: PlayResponse): StockManifests {
  const [best] = play.servers;
  if (!best) throw new Error('The play has no server.');
  return publishStockManifests(pages, {
    play,
    pathways: [{ id: 'A', baseUrl: best.baseUrl }],
    manifestOrigin: manifestOriginOf(pages),
    folder: 'startup',
  });
}

const manifestOriginOf = (pages: PageServer): string => `http://${MANIFEST_HOST}:${pages.port}`;

function hostAndPort(baseUrl: string): { host: string; port: number } {
  const { hostname, port } = new URL(baseUrl);
  return { host: hostname, port: Number(port) };
}
