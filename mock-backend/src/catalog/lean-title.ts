import type { CatalogTitle } from '@pressplay/protocol/messages';
import { RecentlyUsed } from '../recently-used.ts';
import type { KeptTitle } from './kept-title.ts';
import { RenditionJson } from './rendition-json.ts';

export interface LeanTitle {
  readonly title: KeptTitle;
  /** As a play response carries them, with their segments: JSON in UTF-8. */
  readonly renditionJson: RenditionJson;
}

/** Titles that were read from their text not long ago. */
export type ReadTitles = RecentlyUsed<RenditionJson, KeptTitle>;

/** Titles in one half of the memory: what asks for them again does so within moments. */
const TITLES_READ = 128;

export const readTitles = (): ReadTitles => new RecentlyUsed<RenditionJson, KeptTitle>(TITLES_READ);

/** A title as text; made into objects for who asks. */
export class TextTitle implements LeanTitle {
  readonly renditionJson: RenditionJson;
  readonly #read: ReadTitles;

  constructor(title: CatalogTitle, read: ReadTitles) {
    this.renditionJson = new RenditionJson(title);
    this.#read = read;
  }

  get title(): KeptTitle {
    const known = this.#read.get(this.renditionJson);
    if (known) return known;
    const title = this.renditionJson.readTitle();
    this.#read.set(this.renditionJson, title);
    return title;
  }
}

export const leanTitle = (title: CatalogTitle, read = readTitles()): LeanTitle => new TextTitle(title, read);
