import type { SegmentRange } from './segment-ranges.ts';
import { languageOf, type Track, type Tracks } from './tracks.ts';
import { videoRangeOf } from './video-range.ts';

const AUDIO_GROUP = 'audio';

/** The same renditions at one place. */
export interface HlsPathway {
  readonly pathwayId: string;
  /** The URI of a rendition's media playlist there. */
  readonly playlistUri: (renditionId: string) => string;
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
      ...tracks.video.flatMap((track) => [streamTag(track, tracks.audio, pathway), uriOf(track, pathway)]),
    ]),
  ]);
}

/** The media playlist of one rendition: one file beside it, every segment a byte range of it. */
export function mediaPlaylist(media: {
  readonly fileId: string;
  /** First byte after the init segment. */
  readonly initEnd: number;
  readonly segments: readonly SegmentRange[];
}): string {
  const { fileId, initEnd, segments } = media;
  const longestMs = segments.reduce((longest, { durationMs }) => Math.max(longest, durationMs), 0);
  return text([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(longestMs / 1000))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${fileId}",BYTERANGE="${initEnd}@0"`,
    ...segments.flatMap(({ durationMs, startByte, endByte }) => [
      `#EXTINF:${(durationMs / 1000).toFixed(6)},`,
      `#EXT-X-BYTERANGE:${endByte - startByte}@${startByte}`,
      fileId,
    ]),
    '#EXT-X-ENDLIST',
  ]);
}

/** What the multivariant playlist calls a rendition's media playlist where no pathway gives it a place. */
export function playlistName({ renditionId }: Pick<Track, 'renditionId'>): string {
  return `${renditionId}.m3u8`;
}

const uriOf = (track: Track, pathway: HlsPathway | undefined): string =>
  pathway?.playlistUri(track.renditionId) ?? playlistName(track);

/** Each pathway has its own: a group's renditions lie where its variants lie. */
const groupOf = (pathway: HlsPathway | undefined): string =>
  pathway ? `${AUDIO_GROUP}-${pathway.pathwayId}` : AUDIO_GROUP;

function audioTag(track: Track, number: number, all: readonly Track[], pathway: HlsPathway | undefined): string {
  const language = languageOf(track);
  const alone = all.filter((other) => other.language === track.language).length === 1;
  const name = alone ? (language ?? 'audio') : `${language ?? 'audio'} ${track.renditionId}`;
  const yes = number === 0 ? 'YES' : 'NO';
  return tag('EXT-X-MEDIA', [
    'TYPE=AUDIO',
    `GROUP-ID="${groupOf(pathway)}"`,
    `NAME=${quoted(name)}`,
    language !== undefined && `LANGUAGE=${quoted(language)}`,
    `DEFAULT=${yes}`,
    'AUTOSELECT=YES',
    track.channels !== undefined && `CHANNELS="${track.channels}"`,
    pathway !== undefined && `STABLE-RENDITION-ID="${track.renditionId}"`,
    `URI="${uriOf(track, pathway)}"`,
  ]);
}

function streamTag(track: Track, audio: readonly Track[], pathway: HlsPathway | undefined): string {
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
    audio.length > 0 && `AUDIO="${groupOf(pathway)}"`,
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
