import type { CatalogTitle } from '@pressplay/protocol/messages';
import { RecentlyUsed } from '../recently-used.ts';
import { type ReadTitles, readTitles, TextTitle } from './lean-title.ts';
import { filesOf, type TitleFile } from './title-files.ts';

const LICENCES_SHARED = 1024;

/** What the entries of a catalog have in common. */
export class EntryShelf {
  readonly read: ReadTitles = readTitles();
  readonly #licences = new RecentlyUsed<string, CatalogTitle['licence']>(LICENCES_SHARED);

  /** Most titles may be seen where and when many others may. */
  licence(licence: CatalogTitle['licence']): CatalogTitle['licence'] {
    const key = JSON.stringify(licence);
    const known = this.#licences.get(key);
    if (!known) this.#licences.set(key, licence);
    return known ?? licence;
  }
}

/** A title that this region knows: as text, and at hand what every play asks. */
export class CatalogEntry extends TextTitle {
  readonly titleId: string;
  readonly name: string;
  readonly durationMs: number;
  readonly licence: CatalogTitle['licence'];
  readonly minAge: number | undefined;
  readonly fileIds: readonly string[];
  /** Of all its files together. */
  readonly sizeBytes: number;
  /** When this region first knew the title, on the monotonic clock. */
  readonly knownSinceMs: number;

  constructor(title: CatalogTitle, knownSinceMs: number, shelf: EntryShelf) {
    super(title, shelf.read);
    this.titleId = title.titleId;
    this.name = title.name;
    this.durationMs = title.durationMs;
    this.licence = shelf.licence(title.licence);
    this.minAge = title.minAge;
    const files = filesOf(title);
    this.fileIds = files.map(({ fileId }) => fileId);
    this.sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    this.knownSinceMs = knownSinceMs;
  }

  get files(): readonly TitleFile[] {
    return filesOf(this.title);
  }
}
