import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFolderOrigin } from '../origin/index.ts';
import { keptSampleDir } from './kept-sample.ts';
import { findCardFont, renditionNameFilter, testCardInput } from './test-card.ts';
import { ffmpegMissing, toolOutput } from './testing/ffmpeg.ts';

const SAMPLE_RATE_HZ = 48_000;
const keptFile = async (renditionId: string): Promise<string> => {
  const [title] = await openFolderOrigin(keptSampleDir()).listTitles();
  return join(
    keptSampleDir(),
    'files',
    title?.renditions.find((rendition) => rendition.renditionId === renditionId)?.fileId ?? '',
  );
};

describe.skipIf(ffmpegMissing)(
  `the test card${ffmpegMissing ? ` (skipped: ${ffmpegMissing})` : ''}`,
  { timeout: 300_000 },
  () => {
    it('lights its lamp for two frames at each full second, and at no other time', async () => {
      const lamp = 'crop=iw*100/1280:ih*100/720:iw*1050/1280:ih*200/720,scale=1:1:flags=area,format=gray';
      const levels = toolOutput('ffmpeg', ['-i', await keptFile('v180'), '-vf', lamp, '-f', 'rawvideo', '-']);
      expect(levels.length).toBe(64 * 25);
      const lit = [...levels.keys()].filter((frame) => levels[frame]! > 128);
      expect(lit).toEqual(Array.from({ length: 64 }, (_, second) => [second * 25, second * 25 + 1]).flat());
    });

    it('beeps at each full second, within 10 ms of the lamp', async () => {
      const pcm = toolOutput('ffmpeg', [
        '-i',
        await keptFile('a64'),
        '-f',
        's16le',
        '-ac',
        '1',
        '-ar',
        String(SAMPLE_RATE_HZ),
        '-',
      ]);
      const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
      // The very first frame fades in: there is no frame before it.
      for (let second = 1; second < 64; second++) {
        const from = Math.round((second - 0.5) * SAMPLE_RATE_HZ);
        const onset = samples.subarray(from, from + SAMPLE_RATE_HZ).findIndex((sample) => Math.abs(sample) > 3000);
        expect(Math.abs(onset / SAMPLE_RATE_HZ - 0.5), `beep at second ${second}`).toBeLessThan(0.01);
      }
    });

    it('runs the noise strip in its passage only', async () => {
      const card = { durationS: 3, noise: { fromS: 1, toS: 2, strength: 40 }, fontPath: await findCardFont() };
      const strip = 'crop=640:64:0:500,format=gray,scale=64:8:flags=neighbor';
      const raw = toolOutput('ffmpeg', [
        ...testCardInput(card).inputArguments,
        '-map',
        '0:0',
        '-vf',
        strip,
        '-f',
        'rawvideo',
        '-',
      ]);
      const frames = Array.from({ length: 75 }, (_, n) => raw.subarray(n * 512, n * 512 + 512));
      const moves = frames.map((frame, n) => n > 0 && !frame.equals(frames[n - 1]!));
      expect(moves.flatMap((moving, n) => (moving ? [n] : []))).toEqual(Array.from({ length: 26 }, (_, i) => 25 + i));
    });

    it('writes the name of a rendition into its picture', async () => {
      const draw = (...filters: string[]) =>
        toolOutput('ffmpeg', [
          '-f',
          'lavfi',
          '-i',
          'color=s=320x180:d=0.04',
          '-vf',
          [...filters, 'format=gray'].join(','),
          '-f',
          'rawvideo',
          '-',
        ]);
      const fontPath = await findCardFont();
      const bright = (picture: Buffer) => picture.filter((level) => level > 200).length;
      expect(bright(draw('null'))).toBe(0);
      expect(bright(draw(renditionNameFilter({ label: '720p 2500k' }, fontPath)))).toBeGreaterThan(200);
    });
  },
);
