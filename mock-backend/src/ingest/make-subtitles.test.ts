import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemas } from '@pressplay/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSubtitles, type SubtitleWork, subtitlesBeside } from './make-subtitles.ts';
import { fileInput } from './media-input.ts';
import { probeInput } from './probe.ts';
import { ffmpegMissing, lavfi, makeClip } from './testing/ffmpeg.ts';

const SRT = '1\n00:00:01,000 --> 00:00:02,500\nGrüße aus <i>Köln</i>\n';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pressplay-subtitles-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const at = (name: string): string => join(dir, name);
const make = (work: Partial<SubtitleWork>) =>
  makeSubtitles({ input: fileInput(at('film.mkv')), streams: [], files: [], folder: dir, ...work });

describe.skipIf(ffmpegMissing)(`subtitles${ffmpegMissing ? ` (skipped: ${ffmpegMissing})` : ''}`, () => {
  it('in SubRip and WebVTT become WebVTT, named and described as the catalog wants them', async () => {
    await writeFile(at('film.de.srt'), SRT);
    await writeFile(at('film.en.sdh.vtt'), 'WEBVTT\n\n00:01.000 --> 00:02.500 line:10%\n[music]\n');
    await writeFile(at('other.fr.srt'), SRT);
    const files = await subtitlesBeside(at('film.mkv'));
    const made = await make({ files });
    expect(made.map(({ track: { trackId, language, kind } }) => [trackId, language, kind])).toEqual([
      ['de', 'de', 'subtitles'],
      ['en-captions', 'en', 'captions'],
    ]);
    for (const { path, track } of made) {
      const bytes = await readFile(path);
      expect(schemas.CatalogTitle.shape.subtitles.parse([track])).toEqual([track]);
      expect(track.sizeBytes).toBe(bytes.length);
      expect(bytes.toString()).toMatch(/^WEBVTT\n\n00:01\.000 --> 00:02\.500/);
    }
    expect(await readFile(made[0]?.path ?? '', 'utf8')).toContain('Grüße aus <i>Köln</i>');
  });

  it('inside a film come out with their language and what they are for; a stream without a cue gives none', async () => {
    await writeFile(at('a.srt'), SRT);
    await writeFile(at('empty.vtt'), 'WEBVTT\n');
    const flags = ['-metadata:s:s:0', 'language=ger', '-disposition:s:0', 'forced', '-metadata:s:s:1', 'language=eng'];
    const maps = ['-map', '0:v', '-map', '1', '-map', '2', '-c:v', 'libx264', '-preset', 'ultrafast'];
    makeClip(
      at('film.mkv'),
      ...lavfi('testsrc2=s=64x36:r=25:d=3'),
      ...['-i', at('a.srt'), '-i', at('empty.vtt')],
      ...[...maps, '-c:s', 'srt', ...flags],
    );
    const { text } = await probeInput(fileInput(at('film.mkv')));
    expect(text).toHaveLength(2);
    const made = await make({ streams: text });
    expect(made.map(({ track: { trackId, language, kind } }) => [trackId, language, kind])).toEqual([
      ['de-forced', 'de', 'forced'],
    ]);
    expect(await readFile(made[0]?.path ?? '', 'utf8')).toContain('00:01.000 --> 00:02.500');
  });

  it.each([
    ['without a cue', 'film.de.vtt', 'WEBVTT\n'],
    ['in another encoding', 'film.de.srt', Buffer.from(SRT, 'latin1')],
    ['that are something else', 'film.de.srt', Buffer.from([0, 1, 2, 3])],
    ['whose name is that of something else', 'film.de.txt', SRT],
  ])('%s are refused, by name', async (_, name, content) => {
    await writeFile(at(name), content);
    await expect(make({ files: [at(name)] })).rejects.toMatchObject({
      code: 'ingest/subtitles-unreadable',
      context: { source: at(name) },
    });
  });
});
