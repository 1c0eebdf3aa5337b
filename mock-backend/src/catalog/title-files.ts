import type { KeptTitle } from './kept-title.ts';

/** A file that OCAs hold for a title. */
export interface TitleFile {
  readonly fileId: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Where it is not `video/mp4`. */
  readonly contentType?: string;
}

const HLS = 'application/vnd.apple.mpegurl';

type Filed = Pick<KeptTitle, 'renditions' | 'subtitles' | 'indexFile'>;

/**
 * Everything that is to lie on the OCAs before a title can be played: media, subtitles, the index file of a long film, the
 * playlists for stock players.
 */
export function filesOf({ renditions, subtitles = [], indexFile }: Filed): TitleFile[] {
  const playlists = [...renditions, ...subtitles].flatMap(({ playlist }) => playlist ?? []);
  return [
    ...renditions.map(fileOf),
    ...subtitles.map((track) => ({ ...fileOf(track), contentType: 'text/vtt' })),
    ...(indexFile ? [{ ...fileOf(indexFile), contentType: 'application/json' }] : []),
    ...playlists.map((playlist) => ({ ...playlist, contentType: HLS })),
  ];
}

const fileOf = ({ fileId, sha256, sizeBytes }: TitleFile): TitleFile => ({ fileId, sha256, sizeBytes });
