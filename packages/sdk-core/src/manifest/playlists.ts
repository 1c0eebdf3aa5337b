import type { Presentation, RenditionView } from './presentation.ts';

const AUDIO_GROUP = 'audio';

/**
 * The multivariant playlist (RFC 8216bis), written in memory. Names are relative and name no host:
 * `{renditionId}.m3u8` for media playlists, the file id for media.
 */
export function multivariantPlaylist(presentation: Presentation): string {
  const { video, audio } = presentation;
  return text([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...audio.map((view, number) => audioTag(view, number, audio)),
    ...video.flatMap((view) => [streamTag(view, audio), playlistName(view)]),
  ]);
}

/** The media playlist of one rendition: one file, every segment a byte range of it. */
export function mediaPlaylist(rendition: RenditionView): string {
  const longestMs = rendition.segments.reduce((longest, { durationMs }) => Math.max(longest, durationMs), 0);
  return text([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(longestMs / 1000))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${rendition.fileId}",BYTERANGE="${rendition.initBytes.length}@0"`,
    ...rendition.segments.flatMap(({ durationMs, startByte, endByte }) => [
      `#EXTINF:${(durationMs / 1000).toFixed(6)},`,
      `#EXT-X-BYTERANGE:${endByte - startByte}@${startByte}`,
      rendition.fileId,
    ]),
    '#EXT-X-ENDLIST',
  ]);
}

/** What the multivariant playlist calls a rendition's media playlist. */
export function playlistName(rendition: RenditionView): string {
  return `${rendition.renditionId}.m3u8`;
}

function audioTag(view: RenditionView, number: number, all: readonly RenditionView[]): string {
  const language = view.language === undefined || view.language === 'und' ? undefined : view.language;
  const alone = all.filter((other) => other.language === view.language).length === 1;
  const name = alone ? (language ?? 'audio') : `${language ?? 'audio'} ${view.renditionId}`;
  const yes = number === 0 ? 'YES' : 'NO';
  return tag('EXT-X-MEDIA', [
    'TYPE=AUDIO',
    `GROUP-ID="${AUDIO_GROUP}"`,
    `NAME="${name}"`,
    language !== undefined && `LANGUAGE="${language}"`,
    `DEFAULT=${yes}`,
    'AUTOSELECT=YES',
    view.channels !== undefined && `CHANNELS="${view.channels}"`,
    `URI="${playlistName(view)}"`,
  ]);
}

function streamTag(view: RenditionView, audio: readonly RenditionView[]): string {
  const highest = (rate: (view: RenditionView) => number): number =>
    audio.reduce((most, track) => Math.max(most, rate(track)), 0);
  const codecs = [...new Set([view.codec, ...audio.map((track) => track.codec)])];
  const averageBps = view.averageBps + highest((track) => track.averageBps);
  const peakBps = view.peakBps + highest((track) => track.peakBps);
  return tag('EXT-X-STREAM-INF', [
    `BANDWIDTH=${Math.ceil(Math.max(peakBps, averageBps))}`,
    `AVERAGE-BANDWIDTH=${Math.ceil(averageBps)}`,
    `CODECS="${codecs.join(',')}"`,
    view.widthPx !== undefined && view.heightPx !== undefined && `RESOLUTION=${view.widthPx}x${view.heightPx}`,
    view.frameRate !== undefined && `FRAME-RATE=${view.frameRate.toFixed(3)}`,
    audio.length > 0 && `AUDIO="${AUDIO_GROUP}"`,
    'CLOSED-CAPTIONS=NONE',
  ]);
}

const tag = (name: string, attributes: readonly (string | false)[]): string =>
  `#${name}:${attributes.filter((attribute) => attribute !== false).join(',')}`;

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
