/// <reference path="./testing/parsers.d.ts" />
import fc from 'fast-check';
import { type ParsedPlaylist, Parser } from 'm3u8-parser';
import { parse } from 'mpd-parser';
import { describe, expect, it } from 'vitest';
import type { Rendition } from '../messages.ts';
import { mediaUrl } from '../wire/media-url.ts';
import { dashManifest } from './dash-manifest.ts';
import { mediaPlaylist, multivariantPlaylist, subtitlePlaylist } from './hls-playlists.ts';
import { segmentRanges } from './segment-ranges.ts';
import { renditionsOf, type TitleDraft, titleDrafts } from './testing/sample-renditions.ts';
import { tracksOf } from './tracks.ts';
import { videoRangeOf } from './video-range.ts';

const TOKEN = '7735940-0123-film-00ff';
const PLACES = [
  { id: 'fjord-1-a', baseUrl: 'http://127.20.1.1:8600' },
  { id: 'core-1-a', baseUrl: 'http://127.20.4.1:8600' },
];

function parsed(playlist: string): ParsedPlaylist {
  const parser = new Parser();
  parser.push(playlist);
  parser.end();
  return parser.manifest;
}

const playlistOf = ({ fileId, index }: Rendition): string =>
  mediaPlaylist({ uri: fileId, initEnd: index.initEnd, segments: segmentRanges(index) });

const steeredPlaylist = (renditions: readonly Rendition[]): string =>
  multivariantPlaylist(tracksOf(renditions), {
    serverUri: 'http://region.test/steering?of=1',
    pathways: PLACES.map(({ id, baseUrl }) => ({
      pathwayId: id,
      playlistUri: (renditionId) => mediaUrl(baseUrl, TOKEN, `list-of-${renditionId}`),
    })),
  });

const mpdOf = (draft: TitleDraft, titleName = 'Film'): string =>
  dashManifest({
    titleName,
    durationMs: 64_000,
    renditions: renditionsOf(draft),
    locations: PLACES.map(({ id, baseUrl }) => ({ serviceLocation: id, baseUrl: mediaUrl(baseUrl, TOKEN, '') })),
    steeringUrl: 'http://region.test/steering?of=1&kind=dash',
  });

const DRAFT: TitleDraft = {
  initEnd: 700,
  sidxBytes: 300,
  segments: [
    { durationMs: 2000, sizeBytes: 1000 },
    { durationMs: 2000, sizeBytes: 900 },
  ],
  heights: [720, 240],
  languages: ['en'],
  frameRate: 29.97,
};

describe('a media playlist, as another parser reads it', () => {
  it('covers the media of its file in disjoint, contiguous ranges whose durations add up', () => {
    fc.assert(
      fc.property(titleDrafts, (draft) => {
        for (const rendition of renditionsOf(draft)) {
          const { segments, endList, targetDuration = 0, playlistType } = parsed(playlistOf(rendition));
          const { index, sizeBytes, fileId } = rendition;
          let nextByte = index.offset0;
          for (const { byterange, uri, map, duration } of segments) {
            expect(byterange.offset).toBe(nextByte);
            nextByte += byterange.length;
            expect(uri).toBe(fileId);
            expect(map).toMatchObject({ uri: fileId, byterange: { length: index.initEnd, offset: 0 } });
            expect(Math.round(duration)).toBeLessThanOrEqual(targetDuration);
          }
          expect(nextByte).toBe(sizeBytes);
          const totalS = segments.reduce((sum, { duration }) => sum + duration, 0);
          expect(totalS).toBeCloseTo(index.durationsMs.reduce((sum, ms) => sum + ms, 0) / 1000, 4);
          expect({ endList, playlistType }).toEqual({ endList: true, playlistType: 'VOD' });
        }
      }),
    );
  });

  it('resolves to the media URL of the server it came from', () => {
    const [rendition] = renditionsOf(DRAFT);
    if (!rendition) throw new Error('no rendition');
    const [segment] = parsed(playlistOf(rendition)).segments;
    for (const { baseUrl } of PLACES) {
      const from = mediaUrl(baseUrl, TOKEN, 'f'.repeat(32));
      expect(new URL(segment?.uri ?? '', from).href).toBe(mediaUrl(baseUrl, TOKEN, rendition.fileId));
    }
  });
});

describe('a multivariant playlist with steering, as another parser reads it', () => {
  it('names every rendition once at every place, the same names everywhere, and where to ask', () => {
    fc.assert(
      fc.property(titleDrafts, (draft) => {
        const renditions = renditionsOf(draft);
        const { playlists = [], mediaGroups, contentSteering } = parsed(steeredPlaylist(renditions));
        expect(contentSteering).toEqual({ serverUri: 'http://region.test/steering?of=1', pathwayId: 'fjord-1-a' });
        const namesAt = PLACES.map(({ id, baseUrl }) => {
          const variants = playlists.filter(({ attributes }) => attributes['PATHWAY-ID'] === id);
          const sounds = Object.values(mediaGroups?.AUDIO[`audio-${id}`] ?? {});
          expect(variants.every(({ attributes }) => (attributes.AUDIO ?? `audio-${id}`) === `audio-${id}`)).toBe(true);
          expect(sounds.filter((sound) => sound.default)).toHaveLength(Math.min(1, sounds.length));
          return [...variants, ...sounds].map(({ uri }) => {
            expect(uri.startsWith(`${baseUrl}/${TOKEN}/`)).toBe(true);
            return uri.slice(baseUrl.length);
          });
        });
        expect([...(namesAt[0] ?? [])].sort()).toEqual(
          renditions.map(({ renditionId }) => `/${TOKEN}/list-of-${renditionId}`).sort(),
        );
        expect(namesAt[1]).toEqual(namesAt[0]);
      }),
    );
  });

  it('says of a variant what a player chooses by', () => {
    const { playlists } = parsed(steeredPlaylist(renditionsOf(DRAFT)));
    expect(playlists?.map(({ attributes }) => attributes)[0]).toMatchObject({
      BANDWIDTH: 240 * 3000 * 1.5 + 128_000 * 1.5,
      'AVERAGE-BANDWIDTH': String(240 * 3000 + 128_000),
      CODECS: 'avc1.64001f,mp4a.40.2',
      RESOLUTION: { width: 480, height: 240 },
      'FRAME-RATE': 29.97,
      'VIDEO-RANGE': 'SDR',
      'STABLE-VARIANT-ID': 'v240',
      'PATHWAY-ID': 'fjord-1-a',
    });
  });
});

describe('an MPD, as another parser reads it', () => {
  it('gives every rendition its init segment and its media, byte by byte, at every location', () => {
    fc.assert(
      fc.property(titleDrafts, (draft) => {
        const { playlists, mediaGroups, contentSteering, duration, endList } = parse(mpdOf(draft), {
          manifestUri: 'http://region.test/main.mpd',
        });
        expect({ duration, endList }).toEqual({ duration: 64, endList: true });
        expect(contentSteering).toMatchObject({
          serverURL: 'http://region.test/steering?of=1&kind=dash',
          defaultServiceLocation: 'fjord-1-a',
          queryBeforeStart: false,
        });
        const sounds = Object.values(mediaGroups.AUDIO.audio ?? {}).flatMap((group) => group.playlists);
        const all = [...playlists, ...sounds];
        const renditions = renditionsOf(draft);
        expect(all).toHaveLength(renditions.length * PLACES.length);
        for (const { renditionId, fileId, index } of renditions) {
          const found = all.filter(({ attributes }) => attributes.NAME === renditionId);
          for (const { segments } of found) {
            expect(segments.map(({ byterange }) => [byterange.offset, byterange.length])).toEqual(
              segmentRanges(index).map(({ startByte, endByte }) => [startByte, endByte - startByte]),
            );
            const totalS = segments.reduce((sum, one) => sum + one.duration, 0);
            expect(totalS).toBeCloseTo(index.durationsMs.reduce((sum, ms) => sum + ms, 0) / 1000, 5);
            for (const { map } of segments) expect(map.byterange).toMatchObject({ offset: 0, length: index.initEnd });
          }
          expect(found.map(({ segments }) => segments.at(-1)?.resolvedUri)).toEqual(
            PLACES.map(({ baseUrl }) => mediaUrl(baseUrl, TOKEN, fileId)),
          );
        }
      }),
    );
  });

  it('stays XML whatever the title is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const { playlists } = parse(mpdOf(DRAFT, name), { manifestUri: 'http://region.test/main.mpd' });
        expect(playlists).toHaveLength(DRAFT.heights.length * PLACES.length);
      }),
      { numRuns: 25 },
    );
    expect(mpdOf(DRAFT, 'Tom & "Jerry" <3')).toContain('<Title>Tom &amp; &quot;Jerry&quot; &lt;3</Title>');
  });

  it('writes frame rates as ratios', () => {
    expect(mpdOf(DRAFT)).toContain('frameRate="30000/1001"');
    expect(mpdOf({ ...DRAFT, frameRate: 25 })).toContain('frameRate="25"');
    expect(mpdOf({ ...DRAFT, frameRate: 12.5 })).toContain('frameRate="12500/1000"');
  });
});

it.each([
  ['avc1.64001f', 'SDR'],
  ['av01.0.05M.10.0.110.09.16.09.0', 'PQ'],
  ['av01.0.05M.10.0.110.09.18.09.0', 'HLG'],
  ['av01.0.04M.08', 'SDR'],
  ['vp09.02.10.10.01.09.16.09.01', 'PQ'],
  ['dvh1.05.06', 'PQ'],
  ['hvc1.2.4.L123.B0', undefined],
])('reads the dynamic range from %s: %s', (codec, range) => {
  expect(videoRangeOf(codec)).toBe(range);
});

describe('what can be read', () => {
  const TEXTS = [
    { trackId: 'de', language: 'de', kind: 'subtitles' as const },
    { trackId: 'en-captions', language: 'en', kind: 'captions' as const },
    { trackId: 'fr-forced', language: 'fr', kind: 'forced' as const },
  ];
  const pathwayOf = ({ id, baseUrl }: (typeof PLACES)[number]) => ({
    pathwayId: id,
    playlistUri: (name: string) => mediaUrl(baseUrl, TOKEN, `list-of-${name}`),
  });

  it('is in HLS a group of its own at each pathway, that every variant there names', () => {
    const pathways = PLACES.map(pathwayOf);
    const playlist = multivariantPlaylist(tracksOf(renditionsOf(DRAFT), TEXTS), { serverUri: 'http://s', pathways });
    const { mediaGroups, playlists } = parsed(playlist);
    const groups = mediaGroups?.SUBTITLES ?? {};
    expect(Object.keys(groups)).toHaveLength(PLACES.length);
    for (const { id, baseUrl } of PLACES) {
      const own = playlists?.filter(({ attributes }) => attributes['PATHWAY-ID'] === id) ?? [];
      expect(own).toHaveLength(DRAFT.heights.length);
      for (const { attributes } of own) {
        const group = groups[attributes.SUBTITLES ?? ''] ?? {};
        expect(Object.keys(group)).toEqual(TEXTS.map(({ trackId }) => trackId));
        for (const { trackId, language, kind } of TEXTS) {
          const found = group[trackId];
          expect(found).toMatchObject({ language, uri: mediaUrl(baseUrl, TOKEN, `list-of-text.${trackId}`) });
          expect(found?.forced ?? false).toBe(kind === 'forced');
          expect(found?.default ?? false).toBe(false);
          expect(found?.characteristics?.includes('transcribes-spoken-dialog') ?? false).toBe(kind === 'captions');
        }
      }
    }
  });

  it('is named nowhere where there is nothing', () => {
    expect(multivariantPlaylist(tracksOf(renditionsOf(DRAFT)))).not.toContain('SUBTITLES');
  });

  it('is one file that lasts as long as the title, beside its playlist', () => {
    const { segments, targetDuration, endList } = parsed(subtitlePlaylist('0123?.vtt', 63_960));
    expect(segments).toHaveLength(1);
    expect(segments?.[0]).toMatchObject({ uri: '0123?.vtt', duration: 63.96 });
    expect({ targetDuration, endList }).toEqual({ targetDuration: 64, endList: true });
  });

  it('is in DASH one set a track, with its language and role, a whole file at every location', () => {
    const subtitles = TEXTS.map((track, i) => ({ ...track, fileId: `${i}`.repeat(32), sizeBytes: 800 }));
    const mpd = dashManifest({
      titleName: 'Film',
      durationMs: 64_000,
      renditions: renditionsOf(DRAFT),
      subtitles,
      locations: PLACES.map(({ id, baseUrl }) => ({ serviceLocation: id, baseUrl: mediaUrl(baseUrl, TOKEN, '') })),
    });
    const sets = [...mpd.matchAll(/<AdaptationSet [^>]*contentType="text"[\s\S]*?<\/AdaptationSet>/g)].map(
      ([set]) => set,
    );
    expect(sets).toHaveLength(TEXTS.length);
    const roles = ['subtitle', 'caption', 'forced-subtitle'];
    for (const [i, set] of sets.entries()) {
      expect(set).toContain('mimeType="text/vtt"');
      expect(set).toContain(`lang="${TEXTS[i]?.language}"`);
      expect(set).toContain(`value="${roles[i]}"`);
      expect(set).toContain(`<BaseURL>${subtitles[i]?.fileId}</BaseURL>`);
    }
    const { SUBTITLES: groups = {} } = parse(mpd, { manifestUri: 'http://region.test/main.mpd' }).mediaGroups;
    const uris = Object.values(groups.subs ?? {}).flatMap(({ playlists }) =>
      playlists.map(({ resolvedUri }) => resolvedUri),
    );
    const everywhere = PLACES.flatMap(({ baseUrl }) => subtitles.map(({ fileId }) => mediaUrl(baseUrl, TOKEN, fileId)));
    expect(uris.sort()).toEqual(everywhere.sort());
  });
});
