import type { Page } from '@playwright/test';
import type { LedgerEntry } from '@pressplay/sdk-web';
import { expect, FJORD_CLIENT, test } from './fixtures.ts';

const LONGEST_STALL_MS = 500;
const SEGMENT_S = 2;

/** The picture's size on the page: nothing better is loaded than it can show. */
const resize = (page: Page, widthPx: number): Promise<void> =>
  page.evaluate((px) => {
    const video = document.querySelector('video') as HTMLVideoElement;
    Object.assign(video.style, { width: `${px}px`, height: `${(px * 9) / 16}px` });
  }, widthPx);

test('when the picture grows, small segments that are still ahead are replaced by larger ones, and it does not stop', async ({
  bareFilm: film,
  fleet,
  titleId,
}) => {
  await resize(film.page, 160);
  await film.createPlayer({
    regions: fleet.regions,
    accessToken: await fleet.accessToken(),
    clientAddress: FJORD_CLIENT,
    bufferGoalMs: 16_000,
  });
  await film.play(titleId);
  const beganAtMs = await film.nowMs();
  await expect.poll(async () => (await film.stats()).bufferAheadMs, { timeout: 30_000 }).toBeGreaterThan(12_000);
  await resize(film.page, 1280);
  await expect.poll(async () => (await film.ledger()).bytes.replacedBytes, { timeout: 30_000 }).toBeGreaterThan(0);
  const better = replacementIn((await film.ledger()).entries);
  expect(better).toBeDefined();
  const { segmentNumber = 0, renditionId } = better ?? {};
  await film.page.waitForFunction(
    (untilS) => (document.querySelector('video') as HTMLVideoElement).currentTime >= untilS,
    (segmentNumber + 1) * SEGMENT_S,
    { polling: 100 },
  );
  expect((await film.standstills(beganAtMs)).withoutMediaMs).toBeLessThan(LONGEST_STALL_MS);
  expect(await film.stalls()).toEqual([]);
  // Back in the middle of it, what is on screen is the better one.
  await film.command('pause');
  await film.seek((segmentNumber + 0.5) * SEGMENT_S * 1000);
  await expect.poll(async () => `v${(await film.media()).heightPx}`).toBe(renditionId);
});

/** The first video segment that came whole in two renditions: its second coming. */
function replacementIn(entries: readonly LedgerEntry[]): LedgerEntry | undefined {
  const whole = entries.filter(({ renditionId, outcome }) => renditionId.startsWith('v') && outcome === 'complete');
  return whole.find(({ segmentNumber, renditionId }, at) =>
    whole.slice(0, at).some((other) => other.segmentNumber === segmentNumber && other.renditionId !== renditionId),
  );
}
