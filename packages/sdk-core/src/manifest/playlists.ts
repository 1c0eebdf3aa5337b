import * as hls from '@pressplay/protocol/manifests';
import type { Presentation, RenditionView } from './presentation.ts';

/** The multivariant playlist (RFC 8216bis): `{renditionId}.m3u8` for media playlists, and no host. */
export function multivariantPlaylist(presentation: Presentation): string {
  return hls.multivariantPlaylist(presentation);
}

/** The media playlist of one rendition: one file, every segment a byte range of it. */
export function mediaPlaylist({ fileId, initBytes, segments }: RenditionView): string {
  return hls.mediaPlaylist({ uri: fileId, initEnd: initBytes.length, segments });
}

/** What the multivariant playlist calls a rendition's media playlist. */
export function playlistName(rendition: RenditionView): string {
  return hls.playlistName(rendition);
}
