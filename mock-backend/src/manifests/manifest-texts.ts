import { dashManifest, multivariantPlaylist, textTrackName, tracksOf } from '@pressplay/protocol/manifests';
import type { Rendition } from '@pressplay/protocol/messages';
import type { KeptRendition, KeptTitle } from '../catalog/kept-title.ts';
import type { LeanTitle } from '../catalog/lean-title.ts';
import type { Pathway } from './pathways.ts';
import type { PathwayUris } from './steering-answer.ts';

type CatalogSubtitles = NonNullable<KeptTitle['subtitles']>[number];

interface Streams {
  /** What every pathway holds. */
  readonly renditions: readonly KeptRendition[];
  readonly subtitles: readonly CatalogSubtitles[];
}

export interface ManifestPart extends Streams, LeanTitle {
  readonly pathways: readonly Pathway[];
  readonly urlOf: (pathway: Pathway, fileId: string) => string;
  readonly steeringUrl: string;
}

/** By rendition id, and of subtitles by `textTrackName`: the files of their playlists. */
function playlistFiles({ renditions, subtitles }: Streams): ReadonlyMap<string, string> {
  return new Map([
    ...renditions.flatMap(({ renditionId, playlist }) => (playlist ? [[renditionId, playlist.fileId] as const] : [])),
    ...subtitles.flatMap((track) => (track.playlist ? [[textTrackName(track), track.playlist.fileId] as const] : [])),
  ]);
}

export function hlsText({ renditions, subtitles, pathways, urlOf, steeringUrl }: ManifestPart): string {
  const files = playlistFiles({ renditions, subtitles });
  return multivariantPlaylist(
    tracksOf(
      renditions,
      subtitles.filter(({ playlist }) => playlist),
    ),
    {
      serverUri: steeringUrl,
      pathways: pathways.map((pathway) => ({
        pathwayId: pathway.ocaId,
        playlistUri: (name) => urlOf(pathway, files.get(name) ?? ''),
      })),
    },
  );
}

export function dashText(
  { title, subtitles, pathways, urlOf, steeringUrl }: ManifestPart,
  renditions: readonly Rendition[],
): string {
  return dashManifest({
    titleName: title.name,
    durationMs: title.durationMs,
    renditions,
    subtitles,
    locations: pathways.map((pathway) => ({ serviceLocation: pathway.ocaId, baseUrl: urlOf(pathway, '') })),
    steeringUrl,
  });
}

/** What a clone says in the place of each URI of the multivariant playlist. */
export function pathwayUris(streams: Streams, urlOf: (fileId: string) => string): PathwayUris {
  const uris = Object.fromEntries([...playlistFiles(streams)].map(([name, fileId]) => [name, urlOf(fileId)]));
  const isVideo = new Set(
    streams.renditions.flatMap(({ kind, renditionId }) => (kind === 'video' ? [renditionId] : [])),
  );
  const part = (video: boolean) =>
    Object.fromEntries(Object.entries(uris).filter(([name]) => isVideo.has(name) === video));
  return { variants: part(true), renditions: part(false) };
}
