import type { Languages, Preferences, Subtitles } from '@pressplay/protocol/messages';
import { RecentlyUsed } from '../recently-used.ts';
import { languagesOf } from './languages.ts';

export interface ToldLanguages {
  readonly languages: Languages;
  readonly json: string;
}

/** In one half of the memory. */
const KEPT_IN_HALF = 1024;

/** What can be heard and read, and its text: without subtitles, which name servers, the same for all with equal wishes. */
export class LanguageShelf {
  readonly #known = new RecentlyUsed<string, ToldLanguages>(KEPT_IN_HALF);

  find(heard: readonly string[], subtitles: readonly Subtitles[], preferences: Preferences | undefined): ToldLanguages {
    if (subtitles.length > 0) return told(languagesOf(heard, subtitles, preferences));
    const key = `${keyOf(heard)}/${keyOf(preferences?.audioLanguages ?? [])}`;
    const known = this.#known.get(key);
    if (known) return known;
    const computed = told(languagesOf(heard, subtitles, preferences));
    this.#known.set(key, computed);
    return computed;
  }
}

const told = (languages: Languages): ToldLanguages => ({ languages, json: JSON.stringify(languages) });

/** With its length: a tag may be any text. */
function keyOf(tags: readonly string[]): string {
  let key = '';
  for (const tag of tags) key += `${tag.length}:${tag}`;
  return key;
}
