import type { CatalogTitle } from '@pressplay/protocol/messages';
import { RecentlyUsed } from '../recently-used.ts';
import type { KeptTitle } from './kept-title.ts';
import { PackedTitle } from './packed-title.ts';

export interface LeanTitle {
  readonly title: KeptTitle;
  /** Of the renditions as a play response carries them, with their segments: JSON in UTF-8. */
  readonly renditionJson: PackedTitle;
}

/** Titles that were read from their text not long ago. */
export type ReadTitles = RecentlyUsed<PackedTitle, KeptTitle>;

/** Titles in one half of the memory: what asks for them again does so within moments. */
const TITLES_READ = 128;

export const readTitles = (): ReadTitles => new RecentlyUsed<PackedTitle, KeptTitle>(TITLES_READ);

/** A title as text; made into objects for who asks. */
export class TextTitle implements LeanTitle {
  readonly renditionJson: PackedTitle;
  readonly #read: ReadTitles;

  constructor(title: CatalogTitle, read: ReadTitles) {
    this.renditionJson = new PackedTitle(title);
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
