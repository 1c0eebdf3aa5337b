import { basename, extname } from 'node:path';
import type { CatalogSubtitles } from '@pressplay/protocol/messages';
import { languageTag } from './language-tag.ts';

export type SubtitleKind = CatalogSubtitles['kind'];

/** A track that can be read, and where it comes from. */
export interface SubtitleTrack {
  readonly language: string;
  readonly kind: SubtitleKind;
  readonly source: { readonly path: string } | { readonly streamIndex: number };
}

/** A text stream of the source. */
export interface TextStream {
  readonly streamIndex: number;
  readonly language: string;
  readonly kind: SubtitleKind;
}

const EXTENSIONS = ['.vtt', '.srt'];
const KINDS: Readonly<Record<string, SubtitleKind>> = {
  forced: 'forced',
  sdh: 'captions',
  cc: 'captions',
  captions: 'captions',
  subtitles: 'subtitles',
};

/**
 * What a file's name says: `film.de.srt`, `film.pt-BR.sdh.vtt`, `film.en.forced.srt`. Undefined where it is no file of subtitles;
 * a name without a language gives `und`.
 */
export function trackOfFile(path: string): SubtitleTrack | undefined {
  const extension = extname(path);
  if (!EXTENSIONS.includes(extension.toLowerCase())) return undefined;
  const parts = basename(path, extension).split('.').slice(1);
  const kind = KINDS[parts.at(-1)?.toLowerCase() ?? ''];
  const said = kind ? parts.at(-2) : parts.at(-1);
  // `film.extended.srt` names no language, though its form would be one.
  const language = languageTag(/^[a-z]{2,3}(-|$)/i.test(said ?? '') ? said : undefined);
  return { language, kind: kind ?? 'subtitles', source: { path } };
}

/** The files beside a film that belong to it by their names. */
export function besideFilm(filmPath: string, names: readonly string[]): string[] {
  const stem = basename(filmPath, extname(filmPath));
  const belongs = (name: string): boolean =>
    name.startsWith(`${stem}.`) && name !== basename(filmPath) && trackOfFile(name) !== undefined;
  return names.filter(belongs).sort();
}

/** Files come before streams: who put one beside the film wants it in the place of what the film brought. */
export function chooseTracks(files: readonly SubtitleTrack[], streams: readonly TextStream[]): SubtitleTrack[] {
  const kindOf = ({ language, kind }: Pick<SubtitleTrack, 'language' | 'kind'>): string => `${language} ${kind}`;
  const given = new Set(files.map(kindOf));
  const rest = streams.filter((stream) => !given.has(kindOf(stream)));
  return [...files, ...rest.map(({ streamIndex, language, kind }) => ({ language, kind, source: { streamIndex } }))];
}

const LONGEST_ID = 28;

/** Unique names, as `de`, `de-captions`, `de-captions-2`. */
export function trackIdsOf(tracks: readonly Pick<SubtitleTrack, 'language' | 'kind'>[]): string[] {
  const counts = new Map<string, number>();
  return tracks.map(({ language, kind }) => {
    const name = `${language}${kind === 'subtitles' ? '' : `-${kind}`}`.toLowerCase().slice(0, LONGEST_ID);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}
