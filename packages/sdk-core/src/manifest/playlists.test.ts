import fc from 'fast-check';
import { expect, it } from 'vitest';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { mediaPlaylist, multivariantPlaylist } from './playlists.ts';
import { presentationOf } from './presentation-of.ts';

const linesOf = (playlist: string): string[] => playlist.trimEnd().split('\n');
const attribute = (line: string, name: string): string | undefined =>
  new RegExp(`[:,]${name}=("[^"]*"|[^",]*)`).exec(line)?.[1];

it('gives every variant its rates, codecs, size, frame rate and sound', () => {
  const presentation = presentationOf(samplePlayResponse());
  const lines = linesOf(multivariantPlaylist(presentation));
  expect(lines.slice(0, 3)).toEqual(['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS']);
  const [audio] = presentation.audio;
  for (const view of presentation.video) {
    const at = lines.indexOf(`${view.renditionId}.m3u8`);
    const stream = lines[at - 1] ?? '';
    expect(stream).toMatch(/^#EXT-X-STREAM-INF:/);
    expect(Number(attribute(stream, 'AVERAGE-BANDWIDTH'))).toBe(view.averageBps + (audio?.averageBps ?? 0));
    expect(Number(attribute(stream, 'BANDWIDTH'))).toBeGreaterThan(Number(attribute(stream, 'AVERAGE-BANDWIDTH')));
    expect(attribute(stream, 'CODECS')).toBe('"avc1.64001f,mp4a.40.2"');
    expect(attribute(stream, 'RESOLUTION')).toBe(`${view.widthPx}x${view.heightPx}`);
    expect(attribute(stream, 'FRAME-RATE')).toBe('25.000');
    expect(attribute(stream, 'CLOSED-CAPTIONS')).toBe('NONE');
    expect(attribute(stream, 'AUDIO')).toBe(attribute(lines[3] ?? '', 'GROUP-ID'));
  }
  expect(lines[3]).toMatch(/^#EXT-X-MEDIA:TYPE=AUDIO,.*DEFAULT=YES.*URI="a128.m3u8"$/);
});

it('names no audio group for a silent title', () => {
  const playlist = multivariantPlaylist(presentationOf(samplePlayResponse({ audioBps: undefined })));
  expect(playlist).not.toContain('AUDIO');
  expect(playlist).not.toContain('mp4a');
});

it('gives two tracks of one language different names', () => {
  const response = samplePlayResponse();
  const renditions = response.fileSets[0]?.renditions ?? [];
  const audio = renditions.find((rendition) => rendition.kind === 'audio');
  if (audio) renditions.push({ ...audio, renditionId: 'a64' });
  const names = linesOf(multivariantPlaylist(presentationOf(response)))
    .filter((line) => line.startsWith('#EXT-X-MEDIA:'))
    .map((line) => attribute(line, 'NAME'));
  expect(new Set(names).size).toBe(2);
});

it('covers the file from the first segment to the last byte, without a hole and without a host', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 400, max: 9500 }), (segments, segmentMs) => {
      const [view] = presentationOf(samplePlayResponse({ segments, segmentMs })).video;
      if (!view) throw new Error('no video');
      const lines = linesOf(mediaPlaylist(view));
      const ranges = lines
        .filter((line) => line.startsWith('#EXT-X-BYTERANGE:'))
        .map((line) => line.slice(17).split('@').map(Number));
      let expected = 124;
      for (const [size = 0, start] of ranges) {
        expect(start).toBe(expected);
        expected += size;
      }
      expect(expected).toBe(view.sizeBytes);
      const targetS = Number(lines.find((line) => line.startsWith('#EXT-X-TARGETDURATION:'))?.slice(22));
      const longestS = Math.max(
        ...lines.filter((line) => line.startsWith('#EXTINF:')).map((line) => Number.parseFloat(line.slice(8))),
      );
      expect(Math.round(longestS)).toBeLessThanOrEqual(targetS);
      expect(lines.filter((line) => !line.startsWith('#'))).toEqual(Array(segments).fill(view.fileId));
      expect(lines).toContain(`#EXT-X-MAP:URI="${view.fileId}",BYTERANGE="24@0"`);
      expect(lines.at(-1)).toBe('#EXT-X-ENDLIST');
      expect(lines.join('\n')).not.toContain('://');
    }),
  );
});
