import type { CatalogTitle } from '@pressplay/protocol/messages';

/** A file that OCAs hold for a title. */
export interface TitleFile {
  readonly fileId: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Where it is not `video/mp4`. */
  readonly contentType?: string;
}

const HLS = 'application/vnd.apple.mpegurl';

/** Everything that is to lie on the OCAs before a title can be played: media, subtitles, their playlists for stock players. */
export function filesOf({ renditions, subtitles = [] }: Pick<CatalogTitle, 'renditions' | 'subtitles'>): TitleFile[] {
  const playlists = [...renditions, ...subtitles].flatMap(({ playlist }) => playlist ?? []);
  return [
    ...renditions.map(({ fileId, sha256, sizeBytes }) => ({ fileId, sha256, sizeBytes })),
    ...subtitles.map(({ fileId, sha256, sizeBytes }) => ({ fileId, sha256, sizeBytes, contentType: 'text/vtt' })),
    ...playlists.map((playlist) => ({ ...playlist, contentType: HLS })),
  ];
}
