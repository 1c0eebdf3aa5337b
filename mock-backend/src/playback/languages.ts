import type { CatalogTitle, Languages, Preferences, Subtitles } from '@pressplay/protocol/messages';

/** The languages of the sound, each once. */
export const heardIn = (
  renditions: readonly { readonly kind: string; readonly audio?: { readonly language: string } }[],
): readonly string[] => [...new Set(renditions.flatMap(({ audio }) => audio?.language ?? []))];

/**
 * What can be heard and read, the preferred first. A tag matches its own language: who asks for `de-CH` is well served
 * with `de`, and who asks for `de` with `de-CH`. The order of the title decides what the preferences leave open.
 */
export function languagesOf(
  heard: readonly string[],
  subtitles: readonly Subtitles[],
  { audioLanguages = [], subtitleLanguages = [] }: Preferences = {},
): Languages {
  const audio = byPreference(heard, (language) => language, audioLanguages);
  const tracks = byPreference(subtitles, ({ language }) => language, subtitleLanguages);
  // A track that only translates signs is shown beside the sound, not in place of reading.
  const readable = tracks.ordered.filter(({ kind }) => kind !== 'forced');
  const preferred = readable.find(({ language }) => closeness(language, subtitleLanguages) < NOT_ASKED);
  return {
    audio: audio.ordered,
    ...(audio.preferred !== undefined && { preferredAudio: audio.preferred }),
    subtitles: tracks.ordered,
    ...(preferred && { preferredSubtitles: preferred.trackId }),
  };
}

type CatalogSubtitles = NonNullable<CatalogTitle['subtitles']>[number];

/** The track as a play carries it; `serversOf` gives who holds a file. */
export function subtitlesOf(
  tracks: readonly CatalogSubtitles[],
  serversOf: (fileId: string) => readonly number[],
): Subtitles[] {
  return tracks.flatMap(({ sha256: _, ...track }) => {
    const servers = [...serversOf(track.fileId)];
    return servers.length > 0 ? [{ ...track, servers }] : [];
  });
}

const NOT_ASKED = Number.POSITIVE_INFINITY;

function byPreference<T>(items: readonly T[], languageOf: (item: T) => string, wanted: readonly string[]) {
  const near = (item: T): number => closeness(languageOf(item), wanted);
  const ordered = [...items].sort((a, b) => {
    const [atA, atB] = [near(a), near(b)];
    return atA === atB ? 0 : atA - atB;
  });
  const [first] = ordered;
  return { ordered, preferred: first !== undefined && near(first) < NOT_ASKED ? first : undefined };
}

/** Place in the list of wishes; the very tag before one of the same language. */
function closeness(language: string, wanted: readonly string[]): number {
  const tag = language.toLowerCase();
  const wishes = wanted.map((wish) => wish.toLowerCase());
  const exact = wishes.indexOf(tag);
  if (exact >= 0) return exact;
  const alike = wishes.findIndex((wish) => primary(wish) === primary(tag));
  return alike >= 0 ? alike + 0.5 : NOT_ASKED;
}

const primary = (tag: string): string => tag.split('-', 1)[0] ?? tag;
