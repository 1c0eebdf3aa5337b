import { expect } from '@playwright/test';
import { withOwnFleet } from './own-fleet.ts';
import type { StockPlayer } from './stock-page.ts';
import { startPlay } from './stock-play.ts';

/**
 * Renewed after four fifths, so three times in a film of 64 seconds, and not in its last six: hls.js that changes its pathway after it
 * has buffered all loads its last sound again, and then does not end.
 */
const TOKEN_LIFETIME_MS = 23_000;
const PATIENCE = { timeout: 60_000 };

const test = withOwnFleet({ controlPlane: { steeringTtlMs: 1000, tokenLifetimeMs: TOKEN_LIFETIME_MS } });

test.describe.configure({ timeout: 300_000 });

const CASES: readonly (readonly [name: string, player: StockPlayer, kind: 'hls' | 'dash'])[] = [
  ['hls.js', 'hls.js', 'hls'],
  ['dash.js', 'dash.js', 'dash'],
];

for (const [name, player, kind] of CASES) {
  test(`${name} goes on under one fresh token after the other, long after that of its manifest has expired`, async ({
    own: { fleet, titleId },
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
    // A film of a minute on tokens of 23 seconds.
    expect(tokens.size).toBeGreaterThanOrEqual(3);
  });
}
