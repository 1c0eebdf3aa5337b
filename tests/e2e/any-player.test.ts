import { spawnSync } from 'node:child_process';
import { mergeTests } from '@playwright/test';
import { type Fleet, readFleetState } from '@pressplay/testkit/fleet';
import { expect, test as withFleet } from './fixtures.ts';
import type { StockPlayer } from './stock-page.ts';
import { namedIn, servedBy, startPlay, steeredOf, withStockPlayers } from './stock-play.ts';

const test = mergeTests(withFleet, withStockPlayers);

interface Case {
  readonly name: string;
  readonly player: StockPlayer;
  readonly kind: 'hls' | 'dash';
  /** The published build of Shaka finds no pathway clone: it moves to what the manifest names. */
  readonly clones: boolean;
}

const CASES: readonly Case[] = [
  { name: 'hls.js', player: 'hls.js', kind: 'hls', clones: true },
  { name: 'Shaka with HLS', player: 'shaka', kind: 'hls', clones: false },
  { name: 'Shaka with DASH', player: 'shaka', kind: 'dash', clones: false },
  { name: 'dash.js', player: 'dash.js', kind: 'dash', clones: true },
];

for (const { name, player, kind, clones } of CASES) {
  const where = clones ? 'an OCA that steering brings in as a clone' : 'the next pathway of the manifest';
  test(`${name} plays, leaves what drains for ${where}, and plays to the end`, async ({
    fleet,
    dataDir,
    titleId,
    stock,
    stockPages,
  }) => {
    const play = await startPlay(fleet, titleId);
    const [first = '', second = ''] = namedIn(await (await fetch(play.manifests[kind])).text());
    await stock.start(stockPages, player, play.manifests[kind]);
    await expect.poll(async () => (await stock.state()).positionS).toBeGreaterThan(1);
    expect(await servedBy(fleet, play, [first]), 'the best OCA serves first').toBeGreaterThan(0);
    const drained = clones ? [first, second] : [first];
    const next = play.servers.find(({ ocaId }) => !drained.includes(ocaId))?.ocaId ?? '';
    await drain(fleet, dataDir, drained, async () => {
      await expect.poll(() => servedBy(fleet, play, [next]), { message: `to ${next}` }).toBeGreaterThan(1);
      const left = () => servedBy(fleet, play, drained, steeredOf(player));
      const before = await settled(left);
      await stock.page.screenshot({ path: test.info().outputPath('after-the-move.png') });
      await stock.seek(61);
      await expect.poll(async () => (await stock.state()).ended).toBe(true);
      expect(await left(), 'nothing more from what drains').toBe(before);
    });
    const state = await stock.state();
    expect(state).toMatchObject({ ended: true, errors: [] });
    expect(state.durationS).toBeCloseTo(play.durationMs / 1000, 0);
    expect(Math.min(state.widthPx, state.decodedAudioBytes)).toBeGreaterThan(0);
  });
}

/** In HLS with content steering Shaka asks for the multivariant playlist where it should ask for that of the subtitles. */
const READABLE = CASES.filter(({ player, kind }) => player !== 'shaka' || kind === 'dash');

for (const { name, player, kind } of READABLE) {
  test(`${name} shows subtitles in the language that is chosen`, async ({ fleet, titleId, stock, stockPages }) => {
    const play = await startPlay(fleet, titleId);
    expect(play.languages?.subtitles.map(({ trackId, kind: use }) => [trackId, use])).toEqual([
      ['en-captions', 'captions'],
      ['de', 'subtitles'],
    ]);
    await stock.start(stockPages, player, play.manifests[kind]);
    await expect.poll(async () => (await stock.state()).positionS).toBeGreaterThan(1);
    await expect.poll(async () => [...new Set(await stock.texts())].sort()).toEqual(['de', 'en']);
    await stock.read('de');
    await expect.poll(async () => (await stock.state()).shownTexts.join()).toContain('Das Testbild, Sekunde');
    await stock.read('en');
    await expect.poll(async () => (await stock.state()).shownTexts.join()).toContain('The test card, second');
    await stock.seek(41);
    await expect.poll(async () => (await stock.state()).shownTexts.join()).toContain('second 40 to 44');
    expect((await stock.state()).errors).toEqual([]);
  });
}

test('an OCA is killed: the next steering answer names others, and hls.js plays on', async ({
  fleet,
  titleId,
  stock,
  stockPages,
}) => {
  const play = await startPlay(fleet, titleId);
  const [first = ''] = namedIn(await (await fetch(play.manifests.hls)).text());
  await stock.start(stockPages, 'hls.js', play.manifests.hls);
  await expect.poll(async () => (await stock.state()).positionS).toBeGreaterThan(1);
  await fleet.killOca(first);
  const reached = (await stock.state()).positionS;
  await expect.poll(async () => (await stock.state()).positionS).toBeGreaterThan(reached + 7);
  expect((await stock.state()).errors).toEqual([]);
});

for (const kind of ['hls', 'dash'] as const) {
  test(`ffmpeg decodes the ${kind === 'hls' ? 'playlists' : 'MPD'} from the first frame to the last`, async ({
    fleet,
    titleId,
  }) => {
    test.skip(spawnSync('ffmpeg', ['-version']).status !== 0, 'ffmpeg is not installed');
    const play = await startPlay(fleet, titleId);
    const url = play.manifests[kind];
    const { stdout, stderr, status } = spawnSync(
      'ffmpeg',
      [
        '-v',
        'error',
        '-xerror',
        ...(kind === 'hls' ? ['-http_persistent', '0'] : []),
        '-i',
        url,
        '-map',
        '0:v:0',
        '-map',
        '0:a:0',
        '-f',
        'framecrc',
        '-',
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    expect(`${stderr}${status}`).toBe('0');
    const total = (play.durationMs / 1000) * 25;
    const frames = stdout.split('\n').filter((line) => line.startsWith('0,'));
    // Its demuxers may keep back a frame or two at a border; the last one must be there.
    expect(frames.length).toBeGreaterThan(0.99 * total);
    expect(Number(frames.at(-1)?.split(',')[2])).toBeGreaterThanOrEqual(total - 1);
    expect(stdout.split('\n').filter((line) => line.startsWith('1,')).length).toBeGreaterThan(2900);
  });
}

// Of HLS ffmpeg leaves subtitles out.
test('ffmpeg reads the subtitles of the MPD', async ({ fleet, titleId }) => {
  test.skip(spawnSync('ffmpeg', ['-version']).status !== 0, 'ffmpeg is not installed');
  const { manifests } = await startPlay(fleet, titleId);
  const args = ['-v', 'error', '-i', manifests.dash, '-map', '0:s:1', '-f', 'webvtt', '-'];
  const { stdout, stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
  expect(stdout.match(/-->/g) ?? stderr).toHaveLength(16);
  expect(stdout).toContain('Das Testbild, Sekunde 60 bis 64');
});

/** Once it stays for a while: what was asked for before the move may still be on its way. */
async function settled(count: () => Promise<number>): Promise<number> {
  for (let before = await count(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const now = await count();
    if (now === before) return now;
    before = now;
  }
}

/** Out of service by an operator: they go on serving whoever asks, so only steering can move a player. */
async function drain(
  fleet: Fleet,
  dataDir: string,
  ocaIds: readonly string[],
  meanwhile: () => Promise<void>,
): Promise<void> {
  const operatorToken = readFleetState(dataDir)?.operatorToken;
  const call = async (method: 'PUT' | 'DELETE', ocaId: string): Promise<void> => {
    const { status } = await fetch(`${fleet.regions[0]?.baseUrl}/v1/ocas/${ocaId}/drain`, {
      method,
      headers: { Authorization: `Bearer ${operatorToken}` },
      ...(method === 'PUT' && { body: JSON.stringify({ reason: 'a test' }) }),
    });
    expect(status).toBe(204);
  };
  await Promise.all(ocaIds.map((ocaId) => call('PUT', ocaId)));
  await meanwhile().finally(() => Promise.all(ocaIds.map((ocaId) => call('DELETE', ocaId))));
}
