import type { FilmPage } from './film-page.ts';
import { expect, FJORD_CLIENT, test } from './fixtures.ts';

const isPlayRequest = (url: string): boolean => url.endsWith('/v1/plays');

test('a title plays: picture and sound are decoded, and nothing but the play request comes before the media', async ({
  film,
  fleet,
  titleId,
  pages,
}) => {
  const requested: string[] = [];
  const preflights: string[] = [];
  film.page.on('request', (request) => requested.push(request.url()));
  const network = await film.page.context().newCDPSession(film.page);
  await network.send('Network.enable');
  network.on('Network.requestWillBeSent', ({ request }) => {
    if (request.method === 'OPTIONS') preflights.push(request.url);
  });

  const result = await film.play(titleId);
  expect(result).toMatchObject({ ok: true });
  await film.watchFor(4);
  const media = await film.media();
  expect(media.frames).toBeGreaterThan(50);
  expect(media.audioBytes).toBeGreaterThan(0);

  await test.step('the first media byte is asked for right after the play response', async () => {
    const [play, ...others] = await film.transfers();
    expect(isPlayRequest(play?.url ?? '')).toBe(true);
    // Probes ask for the first bytes of a file; media begins behind its init segment.
    const first = others.find(({ startByte = 0 }) => startByte > 0);
    const waitedMs = (first?.askedAtMs ?? Number.POSITIVE_INFINITY) - (play?.answeredAtMs ?? 0);
    test
      .info()
      .annotations.push({ type: 'play response to first media request', description: `${Math.round(waitedMs)} ms` });
    expect(waitedMs).toBeLessThan(250);
  });

  await test.step('no playlist is on the network, and neither OCAs nor reports were asked for permission first', () => {
    const ocas = fleet.ocas.map((oca) => oca.baseUrl);
    const known = (url: string): boolean =>
      isPlayRequest(url) || url.includes('/v1/telemetry/') || ocas.some((baseUrl) => url.startsWith(`${baseUrl}/`));
    expect(requested.filter((url) => !known(url) && !url.startsWith(pages.url))).toEqual([]);
    expect(requested.filter((url) => url.includes('m3u8') || url.includes('mpd'))).toEqual([]);
    const withoutPermission = (url: string): boolean =>
      url.includes('/v1/telemetry/') || ocas.some((baseUrl) => url.startsWith(baseUrl));
    expect(preflights.filter(withoutPermission)).toEqual([]);
  });

  const stats = await film.stats();
  expect(stats).toMatchObject({ state: 'playing', region: fleet.regions[0]?.regionId });
  await film.page.screenshot({ path: test.info().outputPath('playing.png') });
  await test.info().attach('playing', { path: test.info().outputPath('playing.png'), contentType: 'image/png' });
});

test('it starts within a moment', async ({ bareFilm, fleet, titleId }) => {
  const options = { regions: fleet.regions, accessToken: await fleet.accessToken(), clientAddress: FJORD_CLIENT };
  const tookMs: number[] = [];
  for (let load = 0; load < 7; load++) {
    await bareFilm.page.reload();
    await bareFilm.createPlayer(options);
    const result = await bareFilm.play(titleId);
    tookMs.push(result.ok ? result.tookMs : Number.POSITIVE_INFINITY);
  }
  const [fastestMs = 0, , , medianMs = Number.POSITIVE_INFINITY] = tookMs.sort((a, b) => a - b);
  const description = `median ${Math.round(medianMs)} ms of ${tookMs.length} fresh pages, fastest ${Math.round(fastestMs)} ms`;
  test.info().annotations.push({ type: 'load to playing', description });
  // A quarter of this on a quiet machine; whole test runs share two cores.
  expect(medianMs).toBeLessThan(1500);
});

test('the best server is one inside the viewer’s own provider', async ({ film, fleet, titleId }) => {
  await film.play(titleId);
  const { ocaId, servers } = await film.stats();
  expect(servers.length).toBeLessThanOrEqual(10);
  expect(fleet.ocas.find((oca) => oca.ocaId === ocaId)?.siteId).toBe('fjord-1');
});

test('the picture gets sharper as the throughput is known', async ({ film, titleId }) => {
  await film.play(titleId);
  const firstHeightPx = (await film.media()).heightPx;
  await expect.poll(async () => (await film.media()).heightPx, { timeout: 30_000 }).toBeGreaterThan(firstHeightPx);
});

test('pause holds the picture, play goes on from there', async ({ film, titleId }) => {
  await film.play(titleId);
  await film.watchFor(1);
  await film.command('pause');
  await expect.poll(async () => (await film.stats()).state).toBe('paused');
  const { positionS } = await film.media();
  await film.page.waitForTimeout(700);
  expect((await film.media()).positionS).toBe(positionS);
  await film.command('play');
  await film.watchFor(1);
  expect((await film.stats()).state).toBe('playing');
});

test('a seek lands where it was meant to, forwards and back, and is no rebuffering', async ({ film, titleId }) => {
  await film.play(titleId);
  await film.watchFor(1);
  for (const positionMs of [30_000, 4_000]) {
    await film.seek(positionMs);
    await expect.poll(async () => (await film.stats()).state).toBe('playing');
    await film.watchFor(1);
    const { positionS } = await film.media();
    expect(positionS).toBeGreaterThan(positionMs / 1000);
    expect(positionS).toBeLessThan(positionMs / 1000 + 5);
  }
  expect(await film.stalls()).toEqual([]);
});

test('a play can begin in the middle', async ({ film, titleId }) => {
  await film.play(titleId, 25_000);
  const { positionS } = await film.media();
  expect(positionS).toBeGreaterThanOrEqual(25);
  expect(positionS).toBeLessThan(27);
  const before = (await film.transfers()).filter(({ startByte }) => startByte !== undefined);
  const [first] = await film.eventsOf('segment-delivered');
  expect(before.length).toBeGreaterThan(0);
  expect(first?.segmentNumber).toBeGreaterThan(0);
});

test('a film ends, once, and begins again on play', async ({ film, titleId }) => {
  await film.play(titleId);
  const { durationMs } = await film.stats();
  await film.seek(durationMs - 2500);
  await expect.poll(async () => (await film.stats()).state).toBe('ended');
  expect(await statesEntered(film, 'ended')).toBe(1);
  await film.command('play');
  await expect.poll(async () => (await film.media()).positionS).toBeLessThan(10);
  await film.watchFor(1);
  expect((await film.stats()).state).toBe('playing');
  expect(await film.eventsOf('error')).toEqual([]);
});

test('after stop the element is free and another load works', async ({ film, titleId }) => {
  await film.play(titleId);
  await film.command('stop');
  expect(await film.stats()).toMatchObject({ state: 'idle' });
  const asked = (await film.transfers()).length;
  await film.page.waitForTimeout(1000);
  const later = (await film.transfers()).slice(asked).map(({ url }) => new URL(url).pathname);
  // The last words of a play are its end and its last telemetry, each once: no media, no probe, no renewal.
  const lastWords = [/^\/v1\/plays\/[^/]+\/end$/, /^\/v1\/telemetry\//];
  expect(later.filter((path) => !lastWords.some((words) => words.test(path)))).toEqual([]);
  for (const words of lastWords) expect(later.filter((path) => words.test(path)).length).toBeLessThanOrEqual(1);
  expect(await film.play(titleId)).toMatchObject({ ok: true });
  await film.watchFor(1);
});

test('a browser that wants a gesture first leaves the player paused, not failed', async ({
  bareFilm,
  fleet,
  titleId,
}) => {
  await bareFilm.page.evaluate(() => {
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('gesture first', 'NotAllowedError'));
  });
  await bareFilm.createPlayer({
    regions: fleet.regions,
    accessToken: await fleet.accessToken(),
    clientAddress: FJORD_CLIENT,
  });
  void bareFilm.play(titleId).catch(() => undefined);
  await expect.poll(async () => (await bareFilm.stats()).bufferAheadMs).toBeGreaterThan(1000);
  expect(['ready', 'paused']).toContain((await bareFilm.stats()).state);
  expect(await bareFilm.eventsOf('error')).toEqual([]);
});

async function statesEntered(film: FilmPage, state: string): Promise<number> {
  return (await film.eventsOf('state')).filter(({ to }) => to === state).length;
}
