import { randomUUID } from 'node:crypto';
import { test as base } from '@playwright/test';
import type { ManifestUrls, PlayResponse } from '@pressplay/protocol/messages';
import type { Fleet, RequestLogLine } from '@pressplay/testkit/fleet';
import { StockFilm, type StockPages, type StockPlayer, serveStockPages } from './stock-page.ts';

/** A page for a stock player, beside whatever fleet a test has. */
export const withStockPlayers = base.extend<{ stock: StockFilm }, { stockPages: StockPages }>({
  stockPages: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to learn what the fixture needs.
    async ({}, use) => {
      const pages = await serveStockPages();
      await use(pages);
      await pages.close();
    },
    { scope: 'worker' },
  ],
  stock: async ({ page }, use) => {
    await use(new StockFilm(page));
    await page.close();
  },
});

export type StartedPlay = PlayResponse & { readonly manifests: ManifestUrls };

/** As an app does that leaves the playing to somebody else. Manifests are named relative to the region. */
export async function startPlay(fleet: Fleet, titleId: string): Promise<StartedPlay> {
  const region = fleet.regions[0]?.baseUrl ?? '';
  const response = await fetch(`${region}/v1/plays`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${await fleet.accessToken()}` },
    body: JSON.stringify({
      titleId,
      device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] },
      idempotencyKey: randomUUID(),
      manifests: true,
    }),
  });
  const play = (await response.json()) as StartedPlay;
  if (!play.manifests) throw new Error(JSON.stringify(play));
  const { hls, dash, expiresInMs } = play.manifests;
  return { ...play, manifests: { hls: region + hls, dash: region + dash, expiresInMs } };
}

/** OCAs that a manifest names, in their order. */
export const namedIn = (manifest: string): string[] => [
  ...new Set(
    [...manifest.matchAll(/[Ss]erviceLocation="([^"]+)"|PATHWAY-ID="([^"]+)"/g)].map(([, a, b]) => a ?? b ?? ''),
  ),
];

/** Which of a play's requests count. */
export type Counted = (line: RequestLogLine) => boolean;

/**
 * Shaka takes how a rendition begins from where the pathway led when it read the manifest, whatever steering says since; of
 * the others everything counts.
 */
export const steeredOf = (player: StockPlayer): Counted =>
  player === 'shaka' ? ({ range: [first] = [0, 0] }) => first > 0 : () => true;

/** Media requests of the play that these OCAs have begun to answer. */
export async function servedBy(
  fleet: Fleet,
  { playId, fileSets }: StartedPlay,
  ocaIds: readonly string[],
  isCounted: Counted = () => true,
): Promise<number> {
  const media = new Set(fileSets.flatMap(({ renditions }) => renditions.map(({ fileId }) => fileId)));
  const lines = (await Promise.all(ocaIds.map((ocaId) => fleet.requestLog(ocaId)))).flat();
  const ofPlay = lines.filter((line) => line.phase === 'start' && line.playId === playId && media.has(line.fileId));
  return ofPlay.filter(isCounted).length;
}
