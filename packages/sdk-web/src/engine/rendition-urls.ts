import type { Presentation, RenditionView, SegmentView } from '@pressplay/sdk-core';
import { mediaPlaylist, multivariantPlaylist, playlistName } from '@pressplay/sdk-core/playlists';

/** Where hls.js believes that it plays from. It names no host, so that hls.js's own host logic has nothing to work on. */
export const TITLE_URL = 'pressplay://title/main.m3u8';

/** The playlists call a media playlist after its rendition, media after its file. */
export function renditionOfUrl(presentation: Presentation, url: string): RenditionView | undefined {
  const name = url.slice(url.lastIndexOf('/') + 1);
  const all = [...presentation.video, ...presentation.audio];
  return all.find((rendition) => playlistName(rendition) === name || rendition.fileId === name);
}

/** The playlist at a pseudo URL, written from the segment index: of a long film once all of that is there. */
export async function playlistOfUrl(presentation: Presentation, url: string): Promise<string | undefined> {
  if (url === TITLE_URL) return multivariantPlaylist(presentation);
  const rendition = renditionOfUrl(presentation, url);
  await presentation.rest;
  return rendition && mediaPlaylist(rendition);
}

/**
 * The segment that a player whose buffer ends at `bufferEndMs` loads next. An end within `toleranceMs` of a segment's
 * border counts as that border: encoders round, and hls.js looks fragments up with the same tolerance.
 */
export function segmentNumberAfter(segments: readonly SegmentView[], bufferEndMs: number, toleranceMs: number): number {
  const next = segments.findIndex((segment) => segment.startMs + segment.durationMs - toleranceMs > bufferEndMs);
  return next === -1 ? Math.max(0, segments.length - 1) : next;
}
