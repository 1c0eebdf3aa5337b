import type { PlayReport, TelemetryReport } from '@pressplay/protocol/messages';
import type { Fleet } from '@pressplay/testkit/fleet';
import { readFleetState } from '@pressplay/testkit/fleet';
import { expect, FJORD_CLIENT, test } from './fixtures.ts';

/** What all regions together heard of a play; the one that knows more of it counts. */
async function heardOf(fleet: Fleet, dataDir: string, playId: string): Promise<PlayReport | undefined> {
  const headers = { Authorization: `Bearer ${readFleetState(dataDir)?.operatorToken}` };
  const reports = await Promise.all(
    fleet.regions.map(async ({ baseUrl }) => {
      const answer = await fetch(`${baseUrl}/v1/telemetry`, { headers });
      return (await answer.json()) as TelemetryReport;
    }),
  );
  const heard = reports.flatMap(({ plays }) => plays.filter((play) => play.playId === playId));
  return heard.sort((one, other) => other.eventCount - one.eventCount)[0];
}

test('the last words of a page that is closed in the middle of a film arrive', async ({
  context,
  pages,
  fleet,
  dataDir,
  titleId,
  film,
}) => {
  await film.play(titleId);
  await film.watchFor(3);
  const { playId = '' } = await film.stats();
  await expect.poll(async () => (await heardOf(fleet, dataDir, playId))?.state).toBe('p');
  const { qoe: shortlyBefore } = await film.stats();
  const early = await heardOf(fleet, dataDir, playId);
  expect(early).toMatchObject({ titleId, state: 'p' });
  expect(early).not.toHaveProperty('qoe');
  // A browser without pages ends with the last one.
  const other = await context.newPage();
  await other.goto(pages.url);
  await film.page.close({ runBeforeUnload: true });
  await expect.poll(async () => (await heardOf(fleet, dataDir, playId))?.qoe?.outcome).toBe('running');
  const { qoe } = (await heardOf(fleet, dataDir, playId)) ?? {};
  expect(qoe?.playingMs).toBeGreaterThanOrEqual((shortlyBefore?.playingMs ?? Number.NaN) - 1);
  expect(qoe?.startupMs).toBeGreaterThan(0);
  expect(qoe?.deliveredBytes).toBeGreaterThan(0);
  expect(Object.keys(qoe?.bytesByServer ?? {}).every((ocaId) => ocaId.startsWith('fjord-1'))).toBe(true);
});

test('a play that is stopped reports its figures, and the page agrees with them', async ({
  film,
  fleet,
  dataDir,
  titleId,
}) => {
  await film.play(titleId);
  await film.watchFor(2);
  await film.command('stop');
  const { playId = '', qoe } = await film.stats();
  await expect.poll(async () => (await heardOf(fleet, dataDir, playId))?.qoe?.outcome).toBe('stopped');
  const heard = (await heardOf(fleet, dataDir, playId))?.qoe;
  expect(heard?.playingMs).toBe(Math.round(qoe?.playingMs ?? Number.NaN));
  expect(heard?.bytesByServer).toEqual(qoe?.bytesByServer);
});

test('a film plays on when every region is dead, though nobody takes its reports', async ({
  bareFilm,
  fleet,
  titleId,
}) => {
  const accessToken = await fleet.accessToken();
  await bareFilm.createPlayer({ regions: fleet.regions, accessToken, clientAddress: FJORD_CLIENT });
  await bareFilm.play(titleId);
  await Promise.all(fleet.regions.map(({ regionId }) => fleet.killRegion(regionId)));
  await bareFilm.seek(20_000);
  await bareFilm.watchFor(4);
  await bareFilm.command('stop');
  expect(await bareFilm.eventsOf('error')).toEqual([]);
  expect((await bareFilm.stats()).qoe).toMatchObject({ outcome: 'stopped', errorCount: 0, seekCount: 1 });
});
