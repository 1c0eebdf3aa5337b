import type { Presentation, RenditionView, SegmentView } from '@pressplay/sdk-core';
import { describe, expect, it } from 'vitest';
import { playlistOfUrl, segmentNumberAfter, TITLE_URL } from './rendition-urls.ts';

const segments = [0, 4000, 8000].map((startMs, number) => ({
  startMs,
  durationMs: 4000,
  startByte: number * 10,
  endByte: number * 10 + 10,
}));

describe('the segment after the buffer', () => {
  it('is the one that holds the end of the buffer', () => {
    expect(segmentNumberAfter(segments, 0, 250)).toBe(0);
    expect(segmentNumberAfter(segments, 3000, 250)).toBe(0);
    expect(segmentNumberAfter(segments, 5000, 250)).toBe(1);
  });

  it('is the next one where the buffer ends a little before the border', () => {
    expect(segmentNumberAfter(segments, 3900, 250)).toBe(1);
    expect(segmentNumberAfter(segments, 4000, 250)).toBe(1);
  });

  it('is the last one after the end', () => {
    expect(segmentNumberAfter(segments, 12_000, 250)).toBe(2);
    expect(segmentNumberAfter([], 0, 250)).toBe(0);
  });
});

describe('the playlists of a film of which only the beginning is known', () => {
  const known: SegmentView[] = segments.slice(0, 1);
  const view: RenditionView = {
    ...{
      renditionId: 'v180',
      kind: 'video',
      fileId: 'f'.repeat(32),
      etag: '"1-1"',
      sizeBytes: 30,
      codec: 'avc1.64001f',
    },
    ...{ averageBps: 1000, peakBps: 1000, widthPx: 320, heightPx: 180, frameRate: 25 },
    ...{ initBytes: new Uint8Array(1), segments: known },
  };
  const presentation = (rest: Promise<void>): Presentation => ({
    ...{ titleId: 'film', titleName: 'Film', durationMs: 12_000, video: [view], audio: [], rest },
  });

  it('name the renditions at once, and their segments when all of them are known', async () => {
    let come = (): void => {};
    const film = presentation(
      new Promise((resolve) => {
        come = resolve;
      }),
    );
    expect(await playlistOfUrl(film, TITLE_URL)).toContain('v180.m3u8');
    const playlist = playlistOfUrl(film, 'pressplay://title/v180.m3u8');
    known.push(...segments.slice(1));
    come();
    expect((await playlist)?.match(/#EXTINF/g)).toHaveLength(3);
  });

  it('are never there where the rest never comes', async () => {
    const rest = Promise.reject(new Error('no server left'));
    await expect(playlistOfUrl(presentation(rest), 'pressplay://title/v180.m3u8')).rejects.toThrow('no server left');
  });
});
