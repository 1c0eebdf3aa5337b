import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { etagOf, schemas } from '@pressplay/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolderOrigin } from '../origin/index.ts';
import { describeRendition } from './describe-rendition.ts';
import { keptSampleDir, loadKeptSample } from './kept-sample.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pressplay-kept-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the kept sample', () => {
  it('comes into an empty origin whole, its hashes verified, and again without harm', async () => {
    const origin = openFolderOrigin(dir);
    const title = await loadKeptSample(origin);
    expect(await loadKeptSample(origin)).toEqual(title);
    expect(await origin.listTitles()).toEqual([title]);
    for (const { fileId, sizeBytes } of title.renditions)
      expect((await origin.read(fileId))?.sizeBytes).toBe(sizeBytes);
  });

  it('can be read in two languages from its first second to its last', async () => {
    const origin = openFolderOrigin(dir);
    const { subtitles = [], durationMs } = await loadKeptSample(origin);
    expect(subtitles.map(({ trackId, language, kind }) => [trackId, language, kind])).toEqual([
      ['en-captions', 'en', 'captions'],
      ['de', 'de', 'subtitles'],
    ]);
    for (const { fileId, sizeBytes, sha256, etag, playlist } of subtitles) {
      const bytes = await readFile(join(dir, 'files', fileId));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      expect([bytes.length, etag]).toEqual([sizeBytes, etagOf(fileId, sizeBytes)]);
      expect(bytes.toString().match(/-->/g)).toHaveLength(durationMs / 4000);
      expect(bytes.toString()).toContain('01:00.000 --> 01:04.000');
      expect(await readFile(join(dir, 'files', playlist?.fileId ?? ''), 'utf8')).toContain(`${fileId}?.vtt`);
    }
  });

  it('is refused when a byte of it was changed', async () => {
    const { fileId } = (await loadKeptSample(openFolderOrigin(join(dir, 'copy')))).renditions[0]!;
    const handle = await open(join(dir, 'copy', 'files', fileId), 'r+');
    await handle.write('x', 5000);
    await handle.close();
    const load = loadKeptSample(openFolderOrigin(join(dir, 'origin')), join(dir, 'copy'));
    await expect(load).rejects.toMatchObject({ code: 'origin/content-mismatch' });
  });

  it('has what its title says: hashes, tags, codecs, rates and an index that fits its fragments', async () => {
    const title = await loadKeptSample(openFolderOrigin(dir));
    expect(schemas.CatalogTitle.parse(title)).toEqual(title);
    for (const { playlist, ...rendition } of title.renditions) {
      expect(playlist?.sizeBytes).toBeGreaterThan(100);
      const { renditionId, fileId, sizeBytes, sha256 } = rendition;
      const common = { renditionId, label: '' };
      const rung =
        rendition.kind === 'audio'
          ? { kind: 'audio' as const, ...common, bps: 0, language: rendition.audio.language }
          : {
              kind: 'video' as const,
              ...common,
              ...rendition.video,
              maxBps: 0,
              crf: 0,
              frameRate: { numerator: 25, denominator: 1 },
            };
      expect(await describeRendition(join(keptSampleDir(), 'files', fileId), rung)).toEqual(rendition);
      expect(fileId).toBe(sha256.slice(0, 32));
      expect(rendition.etag).toBe(etagOf(fileId, sizeBytes));
    }
  });

  it('is small, has five video renditions with the same borders, and sound', async () => {
    const { renditions, durationMs } = await loadKeptSample(openFolderOrigin(dir));
    const video = renditions.filter((rendition) => rendition.kind === 'video');
    expect(renditions.reduce((sum, rendition) => sum + rendition.sizeBytes, 0)).toBeLessThanOrEqual(4_000_000);
    expect(durationMs).toBeGreaterThanOrEqual(60_000);
    expect(video.length).toBeGreaterThanOrEqual(5);
    expect(new Set(video.map((rendition) => rendition.index.durationsMs.join())).size).toBe(1);
    expect(renditions.some((rendition) => rendition.kind === 'audio')).toBe(true);
  });

  it('has a passage of 8 s at 2 Mbit/s or more in its top rung, so that a hand-over inside a segment exists', async () => {
    const { renditions } = await loadKeptSample(openFolderOrigin(dir));
    const [top] = renditions
      .filter((rendition) => rendition.kind === 'video')
      .sort((a, b) => b.averageBps - a.averageBps);
    const { sizes, durationsMs } = top!.index;
    let longestMs = 0;
    let runMs = 0;
    for (const [i, size] of sizes.entries()) {
      runMs = (size * 8000) / durationsMs[i]! >= 2_000_000 ? runMs + durationsMs[i]! : 0;
      longestMs = Math.max(longestMs, runMs);
    }
    expect(longestMs).toBeGreaterThanOrEqual(8000);
    expect(top!.peakBps).toBeGreaterThanOrEqual(2_000_000);
  });
});
