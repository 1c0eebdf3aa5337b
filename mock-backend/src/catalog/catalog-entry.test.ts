import type { CatalogTitle } from '@pressplay/protocol/messages';
import { etagOf } from '@pressplay/protocol/wire';
import { expect, it } from 'vitest';
import { makeTitle } from '../testing/test-region.ts';
import { CatalogEntry, EntryShelf } from './catalog-entry.ts';
import { filesOf } from './title-files.ts';

const fileNamed = (digit: string) => {
  const fileId = digit.repeat(32);
  return { fileId, sha256: digit.repeat(64), etag: etagOf(fileId, 100), sizeBytes: 100 };
};

/** Names of several bytes a character, playlists, subtitles, an index file: everything a title may have. */
function richTitle(titleId: string): CatalogTitle {
  const title = makeTitle(titleId);
  return {
    ...title,
    name: 'Die Mühle — 水車 🎬',
    minAge: 12,
    renditions: title.renditions.map((rendition, at) => ({ ...rendition, playlist: fileNamed(`${at}`) })),
    subtitles: [{ trackId: 't1', kind: 'captions', language: 'ja', ...fileNamed('e') }],
    indexFile: { ...fileNamed('f'), checksum: 0 },
  };
}

it('gives a title back as it was but for its segments, also when many others were asked for since', () => {
  const shelf = new EntryShelf();
  const titles = Array.from({ length: 400 }, (_, at) => richTitle(`film-${at}`));
  const entries = titles.map((title, at) => new CatalogEntry(title, at, shelf));
  for (const round of [1, 2]) {
    for (const [at, title] of titles.entries()) {
      const renditions = title.renditions.map(({ index: _, ...kept }) => kept);
      expect(entries[at]?.title, `round ${round}`).toEqual({ ...title, renditions });
    }
  }
});

it('has at hand what every play asks of a title', () => {
  const title = richTitle('film');
  const entry = new CatalogEntry(title, 17, new EntryShelf());
  const { titleId, name, durationMs, licence, minAge } = title;
  expect(entry).toMatchObject({ titleId, name, durationMs, licence, minAge, knownSinceMs: 17 });
  expect(entry.files).toEqual(filesOf(title));
  expect(entry.fileIds).toEqual(filesOf(title).map(({ fileId }) => fileId));
  expect(entry.sizeBytes).toBe(filesOf(title).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
});

it('gives a changed title another licence, and leaves those of others alone', () => {
  const shelf = new EntryShelf();
  const before = new CatalogEntry(makeTitle('one'), 0, shelf);
  const other = new CatalogEntry({ ...makeTitle('one'), licence: { territories: ['NZ'] } }, 0, shelf);
  expect(other.licence).toEqual({ territories: ['NZ'] });
  expect(new CatalogEntry(makeTitle('two'), 0, shelf).licence).toBe(before.licence);
  expect(before.licence).toEqual(makeTitle('one').licence);
});
