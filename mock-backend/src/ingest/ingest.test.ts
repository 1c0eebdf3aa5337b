import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemas } from '@pressplay/protocol';
import type { CatalogRendition, CatalogTitle } from '@pressplay/protocol/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contradictionsOf } from '../catalog/check-title.ts';
import { openFolderOrigin } from '../origin/index.ts';
import { assembleTitle, type IngestOptions, ingest } from './ingest.ts';
import { ffmpegMissing, lavfi, makeClip, toolOutput } from './testing/ffmpeg.ts';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pressplay-ingest-test-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const at = (name: string) => join(dir, name);
const fileAt = (fileId: string) => join(dir, 'origin', 'files', fileId);
const run = (sourcePath: string, more: Partial<IngestOptions> = {}): Promise<CatalogTitle> =>
  ingest({
    ...{ sourcePath, titleId: 'film', name: 'Film', licence: { territories: 'worldwide' } },
    ...{ origin: openFolderOrigin(at('origin')), workDir: at('work'), ...more },
  });
const ofKind = (title: CatalogTitle, kind: 'video' | 'audio') =>
  title.renditions.filter((rendition) => rendition.kind === kind);

/** What a player gets: the init segment and some of the segments, joined. */
async function joined(rendition: CatalogRendition, from: number, to: number): Promise<string> {
  const { initEnd, initBase64, offset0, sizes } = rendition.index;
  const bytes = await readFile(fileAt(rendition.fileId));
  const startOf = (n: number) => offset0 + sizes.slice(0, n).reduce((sum, size) => sum + size, 0);
  const init = Buffer.from(initBase64, 'base64');
  expect(init.equals(bytes.subarray(0, initEnd))).toBe(true);
  const path = at(`${rendition.renditionId}-${from}-${to}.mp4`);
  await writeFile(path, Buffer.concat([init, bytes.subarray(startOf(from), startOf(to))]));
  return path;
}

describe.skipIf(ffmpegMissing)(
  `ingest${ffmpegMissing ? ` (skipped: ${ffmpegMissing})` : ''}`,
  { timeout: 300_000 },
  () => {
    it('takes the subtitles beside the film and those inside it into the title, the origin and its playlists', async () => {
      const srt = '1\n00:00:00,500 --> 00:00:01,500\nHello\n';
      await writeFile(at('read.de.sdh.srt'), srt.replace('Hello', 'Hallo'));
      await writeFile(at('inside.srt'), srt);
      const source = makeClip(
        at('read.mkv'),
        ...lavfi('testsrc2=s=160x90:r=25:d=3'),
        ...['-i', at('inside.srt'), ...H264, '-c:s', 'srt', '-metadata:s:s:0', 'language=eng'],
      );
      const origin = openFolderOrigin(at('read-origin'));
      const title = await run(source, { origin });
      const textOf = (fileId = '') => readFile(join(dir, 'read-origin', 'files', fileId), 'utf8');
      expect(schemas.CatalogTitle.parse(title)).toEqual(title);
      expect(contradictionsOf(title)).toEqual([]);
      expect(title.subtitles?.map(({ trackId }) => trackId)).toEqual(['de-captions', 'en']);
      for (const [i, text] of ['Hallo', 'Hello'].entries()) {
        const { fileId, playlist } = title.subtitles?.[i] ?? {};
        expect(await textOf(fileId)).toContain(text);
        expect(await textOf(playlist?.fileId)).toContain(fileId);
      }
    });

    it('makes a clip with sound into renditions whose every segment decodes alone', async () => {
      const source = makeClip(at('av.mkv'), ...lavfi('testsrc2=s=320x180:r=25:d=5'), ...lavfi('sine=d=6'), ...H264);
      const fractions: number[] = [];
      const title = await run(source, { onProgress: (progress) => fractions.push(progress.fraction) });
      expect(schemas.CatalogTitle.parse(title)).toEqual(title);
      expect(await openFolderOrigin(at('origin')).listTitles()).toEqual([title]);
      expect(ofKind(title, 'video')).toHaveLength(5);
      const [top] = ofKind(title, 'video');
      for (const rendition of [top!, ...ofKind(title, 'audio')]) {
        for (const segmentNumber of rendition.index.sizes.keys()) {
          const path = await joined(rendition, segmentNumber, segmentNumber + 1);
          const flags = toolOutput('ffprobe', ['-show_entries', 'packet=flags', '-of', 'csv=p=0', path]).toString();
          expect(flags.startsWith('K'), `${rendition.renditionId} ${segmentNumber} starts with a key frame`).toBe(true);
          toolOutput('ffmpeg', ['-xerror', '-i', path, '-f', 'null', '-']);
        }
      }
      expect(title.durationMs).toBeGreaterThanOrEqual(5000);
      expect(title.durationMs).toBeLessThan(5100);
      const audioMs = ofKind(title, 'audio')[0]!.index.durationsMs.reduce((sum, ms) => sum + ms, 0);
      expect(Math.abs(audioMs - title.durationMs)).toBeLessThan(100);
      expect(fractions.at(-1)).toBe(1);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      expect(await readdir(at('work'))).toEqual([]);
    });

    it('gives a silent portrait clip no audio, and no rung larger than itself', async () => {
      const source = makeClip(at('portrait.mp4'), ...lavfi('testsrc2=s=180x320:r=30000/1001:d=4.5'), ...H264);
      const title = await run(source);
      expect(ofKind(title, 'audio')).toEqual([]);
      expect(title.renditions[0]).toMatchObject({ video: { widthPx: 180, heightPx: 320, frameRate: 29.97 } });
      expect(title.renditions[0]?.index.durationsMs.slice(0, 2)).toEqual([2002, 2002]);
    });

    it.each([
      ['odd sides', 'testsrc2=s=201x121:r=25:d=2.4', [], '200x120'],
      ['anamorphic pixels', 'testsrc2=s=180x144:r=25:d=2.4,setsar=64/45', H264, '256x144'],
      [
        'a varying frame rate',
        "testsrc2=s=160x120:r=30:d=4,select='not(mod(n\\,3))+lt(n\\,60)'",
        ['-vsync', 'vfr', ...H264],
        '160x120',
      ],
      ['a picture of a few pixels', 'testsrc2=s=18x10:r=5:d=3', H264, '58x32'],
      ['a single frame', 'testsrc2=s=160x120:r=25:d=0.04', H264, '160x120'],
    ])('takes a source with %s', async (name, graph, codec, size) => {
      const title = await run(makeClip(at(`${name}.mkv`), ...lavfi(graph), ...codec));
      const video = title.renditions.flatMap((rendition) => (rendition.kind === 'video' ? [rendition] : []));
      expect(new Set(video.map((rendition) => rendition.fileId)).size).toBe(5);
      expect(`${video[0]?.video.widthPx}x${video[0]?.video.heightPx}`).toBe(size);
      for (const { fileId } of video) toolOutput('ffmpeg', ['-xerror', '-i', fileAt(fileId), '-f', 'null', '-']);
    });

    it('starts sound that comes late with silence, so that both start at 0', async () => {
      const parts = [
        ...lavfi('testsrc2=s=160x120:r=25:d=4'),
        '-itsoffset',
        '1.5',
        ...lavfi('sine=d=2'),
        '-map',
        '0',
        '-map',
        '1',
      ];
      const title = await run(makeClip(at('late.mkv'), ...parts, ...H264));
      const [audio] = ofKind(title, 'audio');
      const pcm = toolOutput('ffmpeg', ['-i', fileAt(audio!.fileId), '-f', 's16le', '-ac', '1', '-ar', '48000', '-']);
      const loud = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2).findIndex(
        (sample) => Math.abs(sample) > 1000,
      );
      expect(Math.abs(loud / 48 - 1500)).toBeLessThan(25);
    });

    it('says what is wrong with a source that it cannot use', async () => {
      await writeFile(at('text.mp4'), 'no film');
      await expect(run(at('text.mp4'))).rejects.toMatchObject({
        code: 'ingest/source-unreadable',
        context: { source: at('text.mp4') },
      });
      await expect(run(at('none.mp4'))).rejects.toMatchObject({ code: 'ingest/source-unreadable' });
      await expect(run(makeClip(at('sound.wav'), ...lavfi('sine=d=1')))).rejects.toMatchObject({
        code: 'ingest/no-video',
      });
      await expect(run(at('portrait.mp4'), { titleId: 'No Id' })).rejects.toMatchObject({
        code: 'ingest/invalid-title',
      });
      const titles = await openFolderOrigin(at('origin')).listTitles();
      expect(titles.map((title) => title.titleId)).toEqual(['film']);
    });

    it('tells of an encoder that fails, and leaves nothing behind', async () => {
      const extraFilters = () => ['nosuchfilter'];
      await expect(run(at('portrait.mp4'), { extraFilters })).rejects.toMatchObject({ code: 'ingest/tool-missing' });
      expect(await readdir(at('work'))).toEqual([]);
    });

    it('stops at once when cancelled: no process, no file, no title', async () => {
      const source = makeClip(at('long.mp4'), ...lavfi('testsrc2=s=640x360:r=25:d=30'), ...H264);
      const cancel = new AbortController();
      const onProgress = ({ fraction }: { fraction: number }) =>
        fraction > 0.01 && cancel.abort(new Error('no longer wanted'));
      await mkdir(at('other'));
      const work = run(source, { origin: openFolderOrigin(at('other')), signal: cancel.signal, onProgress });
      await expect(work).rejects.toThrow('no longer wanted');
      expect(await readdir(at('work'))).toEqual([]);
      expect(await readdir(at('other'))).toEqual([]);
      if (existsSync('/proc')) expect(await commandLinesWith(source)).toEqual([]);
    });
  },
);

async function commandLinesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(text));
}

describe('a title', () => {
  const file = {
    fileId: 'a'.repeat(32),
    sha256: 'a'.repeat(64),
    etag: '"1-1"',
    sizeBytes: 1,
    codec: 'avc1',
    averageBps: 1,
    peakBps: 1,
  };
  const rendition = (renditionId: string, durationsMs: number[]): CatalogRendition => ({
    ...{ kind: 'video', renditionId, ...file, video: { widthPx: 16, heightPx: 16, frameRate: 25 } },
    index: { initBase64: '', initEnd: 1, offset0: 1, sizes: durationsMs.map(() => 1), durationsMs },
  });
  const settings = { titleId: 'film', name: 'Film', licence: { territories: 'worldwide' } } as const;

  it('is refused when its renditions have different borders', () => {
    const build = () => assembleTitle(settings, [rendition('v1', [2000, 2000]), rendition('v2', [2000, 1960])]);
    expect(build).toThrow(expect.objectContaining({ code: 'ingest/bad-output', context: { renditionId: 'v2' } }));
  });

  it('lasts as long as its picture', () => {
    expect(assembleTitle(settings, [rendition('v1', [2000, 1500.4])]).durationMs).toBe(3500);
  });
});
