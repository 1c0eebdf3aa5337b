import type { PlayResponse } from '@pressplay/protocol/messages';
import { expect, test } from './fixtures.ts';
import { makeLongTitle } from './long-title.ts';

const TITLE_ID = 'long-film';
/** Of the sample, which is a minute: an hour and a half, and some more. */
const REPEATS = 88;
const MINUTE_MS = 60_000;

test('a film of an hour and a half plays from two minutes of its index, seeks to its last minutes, and ends', async ({
  film,
  fleet,
  titleId,
  dataDir,
}) => {
  test.setTimeout(180_000);
  await test.step('it is filled with its index file', async () => {
    await fleet.waitUntilLive(titleId);
    await fleet.publish(await makeLongTitle(dataDir, TITLE_ID, REPEATS));
    await fleet.waitUntilLive(TITLE_ID, 120_000);
  });

  const answered = film.page.waitForResponse((response) => response.url().endsWith('/v1/plays'));
  expect(await film.play(TITLE_ID)).toMatchObject({ ok: true });
  const answer = (await (await answered).json()) as PlayResponse;
  const [rendition] = answer.fileSets.flatMap(({ renditions }) => renditions);
  const inlineMs = rendition?.index.durationsMs.reduce((sum, ms) => sum + ms, 0) ?? 0;
  const indexId = answer.indexFile?.fileId ?? 'none';
  expect(inlineMs).toBeLessThan(3 * MINUTE_MS);
  await film.watchFor(2);

  await test.step('the index is asked for after the first media, once', async () => {
    const transfers = await film.transfers();
    const asked = transfers.findIndex(({ url }) => url.includes(indexId));
    const firstMedia = transfers.findIndex(({ startByte = 0 }) => startByte > 0);
    expect(firstMedia).toBeGreaterThan(0);
    expect(asked).toBeGreaterThan(firstMedia);
    // Probes may ask any file for its first bytes.
    const isWhole = ({ startByte = 0, endByte = 0 }) => startByte === 0 && endByte === answer.indexFile?.sizeBytes;
    expect(transfers.filter((transfer) => transfer.url.includes(indexId) && isWhole(transfer))).toHaveLength(1);
    const outcomes = async () =>
      (await film.ledger()).entries.filter(({ fileId }) => fileId === indexId).map(({ outcome }) => outcome);
    await expect.poll(outcomes).toEqual(['complete']);
  });

  await test.step('it goes to ninety minutes', async () => {
    await film.seek(90 * MINUTE_MS);
    await expect.poll(async () => (await film.media()).positionS, { timeout: 30_000 }).toBeGreaterThan(90 * 60 + 1);
    expect(await film.stats()).toMatchObject({ state: 'playing' });
  });

  await test.step('it ends where it says', async () => {
    const { durationMs } = await film.stats();
    expect(durationMs / MINUTE_MS).toBeGreaterThan(92);
    await film.seek(durationMs - 4000);
    await expect.poll(async () => (await film.stats()).state, { timeout: 30_000 }).toBe('ended');
    expect((await film.media()).positionS).toBeGreaterThan(durationMs / 1000 - 3);
  });

  await test.step('it begins in its middle', async () => {
    const resumed = await film.play(TITLE_ID, 45 * MINUTE_MS);
    expect(resumed).toMatchObject({ ok: true });
    const description = resumed.ok ? `${Math.round(resumed.tookMs)} ms` : '';
    test.info().annotations.push({ type: 'from load to playing, at 45 minutes', description });
    await film.watchFor(1);
    expect((await film.media()).positionS).toBeGreaterThan(45 * 60);
  });

  expect(await film.eventsOf('error')).toEqual([]);
});

test('an index file that comes damaged from one server comes from another', async ({ film, fleet, dataDir }) => {
  test.setTimeout(120_000);
  await fleet.publish(await makeLongTitle(dataDir, TITLE_ID, REPEATS));
  await fleet.waitUntilLive(TITLE_ID, 60_000);
  expect(await film.play(TITLE_ID)).toMatchObject({ ok: true });
  const indexEntries = async () => (await film.ledger()).entries.filter(({ renditionId }) => renditionId === 'index');
  await expect.poll(async () => (await indexEntries()).length, 'somebody delivers the index').toBeGreaterThan(0);
  const [first] = await indexEntries();
  // Three of the four servers of the site.
  for (const ocaId of ['fjord-1-a', 'fjord-1-b', 'fjord-1-c'])
    await fleet.setFaults(ocaId, [{ kind: 'corrupt', everyBytes: 1000, fileId: first?.fileId ?? '' }]);
  for (let play = 0; play < 3; play++) {
    expect(await film.play(TITLE_ID, MINUTE_MS * play)).toMatchObject({ ok: true });
    await film.watchFor(1);
    const from = async () => (await indexEntries()).at(-1)?.ocaId ?? 'nobody';
    await expect.poll(from).not.toMatch(/^(fjord-1-[abc]|nobody)$/);
  }
  expect(await film.eventsOf('error')).toEqual([]);
});
