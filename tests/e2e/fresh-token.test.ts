import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@playwright/test';
import { type Fleet, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import type { StockPlayer } from './stock-page.ts';
import { startPlay, withStockPlayers } from './stock-play.ts';

const TOKEN_LIFETIME_MS = 20_000;
const PATIENCE = { timeout: 60_000 };

interface ShortLived {
  readonly fleet: Fleet;
  readonly titleId: string;
}

/** A fleet whose media tokens live for a third of the film. */
const test = withStockPlayers.extend<object, { shortLived: ShortLived }>({
  shortLived: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to learn what the fixture needs.
    async ({}, use) => {
      const dataDir = await mkdtemp(path.join(tmpdir(), 'pressplay-fresh-token-'));
      const fleet = await startFleet({
        dataDir,
        ports: portsFrom(await findFreeBasePort()),
        database: 'memory',
        controlPlane: { steeringTtlMs: 1000, tokenLifetimeMs: TOKEN_LIFETIME_MS },
        titles: 'sample',
      });
      const titleId = fleet.snapshot().titles[0]?.titleId ?? '';
      await fleet.waitUntilLive(titleId);
      await use({ fleet, titleId });
      await fleet.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 300_000 },
  ],
});

test.describe.configure({ timeout: 300_000 });

const CASES: readonly (readonly [name: string, player: StockPlayer, kind: 'hls' | 'dash'])[] = [
  ['hls.js', 'hls.js', 'hls'],
  ['dash.js', 'dash.js', 'dash'],
];

for (const [name, player, kind] of CASES) {
  test(`${name} goes on under one fresh token after the other, long after that of its manifest has expired`, async ({
    shortLived: { fleet, titleId },
    stock,
    stockPages,
  }) => {
    const play = await startPlay(fleet, titleId);
    const refused: string[] = [];
    const tokens = new Set<string>();
    stock.page.on('response', (response) => {
      const url = new URL(response.url());
      if (response.status() === 403) refused.push(url.pathname);
      const media = /^\/([^/]+)\/[0-9a-f]{32}$/.exec(url.pathname);
      if (media?.[1] && response.ok()) tokens.add(media[1]);
    });
    await stock.start(stockPages, player, play.manifests[kind]);
    await expect.poll(async () => (await stock.state()).positionS, PATIENCE).toBeGreaterThan(1);
    await expect.poll(async () => (await stock.state()).ended, { timeout: 150_000 }).toBe(true);
    expect(await stock.state()).toMatchObject({ ended: true, errors: [] });
    expect(refused).toEqual([]);
    // A film of a minute on tokens of twenty seconds.
    expect(tokens.size).toBeGreaterThanOrEqual(3);
  });
}
