import type { SegmentRange } from './segment-ranges.ts';
import { languageOf, type TextTrack, type Track, type Tracks, textTrackName } from './tracks.ts';
import { videoRangeOf } from './video-range.ts';

const AUDIO_GROUP = 'audio';
const TEXT_GROUP = 'text';

/** The same renditions at one place. */
export interface HlsPathway {
  readonly pathwayId: string;
  /** The URI of a media playlist there, by rendition id or, for subtitles, by `textTrackName`. */
  readonly playlistUri: (name: string) => string;
}

/** Content steering (RFC 8216bis, section 7): where the player asks which pathway to take. */
export interface HlsSteering {
  readonly serverUri: string;
  /** The first is where a player begins; all name the same renditions. */
  readonly pathways: readonly HlsPathway[];
}

/**
 * The multivariant playlist (RFC 8216bis). Without steering its names are relative and name no host:
 * `{renditionId}.m3u8` for media playlists, the file id for media. With steering every rendition occurs once a pathway.
 */
export function multivariantPlaylist(tracks: Tracks, steering?: HlsSteering): string {
  const [first] = steering?.pathways ?? [];
  const steeringTag =
    steering && first
      ? [tag('EXT-X-CONTENT-STEERING', [`SERVER-URI="${steering.serverUri}"`, `PATHWAY-ID="${first.pathwayId}"`])]
      : [];
  const places: readonly (HlsPathway | undefined)[] = steering?.pathways ?? [undefined];
  return text([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...steeringTag,
    ...places.flatMap((pathway) => [
      ...tracks.audio.map((track, number) => audioTag(track, number, tracks.audio, pathway)),
      ...(tracks.subtitles ?? []).map((track) => textTag(track, pathway)),
      ...tracks.video.flatMap((track) => [streamTag(track, tracks, pathway), uriOf(track.renditionId, pathway)]),
    ]),
  ]);
}

/** The media playlist of one rendition: one file beside it, every segment a byte range of it. */
export function mediaPlaylist(media: {
  /** Of the file, relative to the playlist. */
  readonly uri: string;
  /** First byte after the init segment. */
  readonly initEnd: number;
  readonly segments: readonly SegmentRange[];
}): string {
  const { uri, initEnd, segments } = media;
  const longestMs = segments.reduce((longest, { durationMs }) => Math.max(longest, durationMs), 0);
  return text([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(longestMs / 1000))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${uri}",BYTERANGE="${initEnd}@0"`,
    ...segments.flatMap(({ durationMs, startByte, endByte }) => [
      `#EXTINF:${(durationMs / 1000).toFixed(6)},`,
      `#EXT-X-BYTERANGE:${endByte - startByte}@${startByte}`,
      uri,
    ]),
    '#EXT-X-ENDLIST',
  ]);
}

/** The media playlist of subtitles: one WebVTT file beside it, whole. */
export function subtitlePlaylist(uri: string, durationMs: number): string {
  return text([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(durationMs / 1000))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXTINF:${(durationMs / 1000).toFixed(6)},`,
    uri,
    '#EXT-X-ENDLIST',
  ]);
}

/** What the multivariant playlist calls a rendition's media playlist where no pathway gives it a place. */
export function playlistName({ renditionId }: Pick<Track, 'renditionId'>): string {
  return `${renditionId}.m3u8`;
}

const uriOf = (name: string, pathway: HlsPathway | undefined): string =>
  pathway?.playlistUri(name) ?? playlistName({ renditionId: name });

/** Each pathway has its own: a group's renditions lie where its variants lie. */
const groupOf = (name: string, pathway: HlsPathway | undefined): string =>
  pathway ? `${name}-${pathway.pathwayId}` : name;

function audioTag(track: Track, number: number, all: readonly Track[], pathway: HlsPathway | undefined): string {
  const language = languageOf(track);
  const alone = all.filter((other) => other.language === track.language).length === 1;
  const name = alone ? (language ?? 'audio') : `${language ?? 'audio'} ${track.renditionId}`;
  const yes = number === 0 ? 'YES' : 'NO';
  return tag('EXT-X-MEDIA', [
    'TYPE=AUDIO',
    `GROUP-ID="${groupOf(AUDIO_GROUP, pathway)}"`,
    `NAME=${quoted(name)}`,
    language !== undefined && `LANGUAGE=${quoted(language)}`,
    `DEFAULT=${yes}`,
    'AUTOSELECT=YES',
    track.channels !== undefined && `CHANNELS="${track.channels}"`,
    pathway !== undefined && `STABLE-RENDITION-ID="${track.renditionId}"`,
    `URI="${uriOf(track.renditionId, pathway)}"`,
  ]);
}

const CAPTIONS = 'public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound';

function textTag(track: TextTrack, pathway: HlsPathway | undefined): string {
  const { trackId, language, kind } = track;
  const name = textTrackName(track);
  return tag('EXT-X-MEDIA', [
    'TYPE=SUBTITLES',
    `GROUP-ID="${groupOf(TEXT_GROUP, pathway)}"`,
    `NAME="${trackId}"`,
    `LANGUAGE=${quoted(language)}`,
    'DEFAULT=NO',
    'AUTOSELECT=YES',
    kind === 'forced' && 'FORCED=YES',
    kind === 'captions' && `CHARACTERISTICS="${CAPTIONS}"`,
    pathway !== undefined && `STABLE-RENDITION-ID="${name}"`,
    `URI="${uriOf(name, pathway)}"`,
  ]);
}

function streamTag(track: Track, tracks: Tracks, pathway: HlsPathway | undefined): string {
  const { audio, subtitles = [] } = tracks;
  const highest = (rate: (track: Track) => number): number =>
    audio.reduce((most, sound) => Math.max(most, rate(sound)), 0);
  const codecs = [...new Set([track.codec, ...audio.map((sound) => sound.codec)])];
  const averageBps = track.averageBps + highest((sound) => sound.averageBps);
  const peakBps = track.peakBps + highest((sound) => sound.peakBps);
  const range = videoRangeOf(track.codec);
  return tag('EXT-X-STREAM-INF', [
    `BANDWIDTH=${Math.ceil(Math.max(peakBps, averageBps))}`,
    `AVERAGE-BANDWIDTH=${Math.ceil(averageBps)}`,
    `CODECS=${quoted(codecs.join(','))}`,
    track.widthPx !== undefined && track.heightPx !== undefined && `RESOLUTION=${track.widthPx}x${track.heightPx}`,
    track.frameRate !== undefined && `FRAME-RATE=${track.frameRate.toFixed(3)}`,
    range !== undefined && `VIDEO-RANGE=${range}`,
    audio.length > 0 && `AUDIO="${groupOf(AUDIO_GROUP, pathway)}"`,
    subtitles.length > 0 && `SUBTITLES="${groupOf(TEXT_GROUP, pathway)}"`,
    'CLOSED-CAPTIONS=NONE',
    pathway !== undefined && `STABLE-VARIANT-ID="${track.renditionId}"`,
    pathway !== undefined && `PATHWAY-ID="${pathway.pathwayId}"`,
  ]);
}

const tag = (name: string, attributes: readonly (string | false)[]): string =>
  `#${name}:${attributes.filter((attribute) => attribute !== false).join(',')}`;

/** A quoted string holds no quote and no line break. */
const quoted = (value: string): string => `"${value.replace(/["\r\n]/g, '')}"`;

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
