import type { CatalogTitle } from '@pressplay/protocol/messages';
import { expect, it } from 'vitest';
import { makeTitle } from '../testing/test-region.ts';
import { readTitles, TextTitle } from './lean-title.ts';

const leanTitle = (title: CatalogTitle) => new TextTitle(title, readTitles());

it('keeps of each rendition what a play response carries: nothing for the OCAs alone', () => {
  const whole = makeTitle('film');
  const { renditionJson } = leanTitle(whole);
  for (const { sha256: _, ...rendition } of whole.renditions) {
    expect(JSON.parse(new TextDecoder().decode(renditionJson.get(rendition.renditionId)))).toEqual(rendition);
    expect(renditionJson.read(rendition.renditionId)).toEqual(rendition);
  }
  expect(renditionJson.get('v9999')).toBeUndefined();
});

it('gives any of the renditions as a list of JSON, neighbours in one piece', () => {
  const { renditions } = makeTitle('film');
  const { renditionJson } = leanTitle(makeTitle('film'));
  const ids = renditions.map(({ renditionId }) => renditionId);
  const read = (isWanted: (id: string) => boolean): unknown =>
    JSON.parse(`[${renditionJson.pieces(isWanted).map((piece) => new TextDecoder().decode(piece))}]`);
  expect(read(() => true)).toEqual(ids.map((id) => renditionJson.read(id)));
  expect(renditionJson.pieces(() => true)).toHaveLength(1);
  expect(renditionJson.pieces(() => false)).toEqual([]);
  for (let set = 0; set < 2 ** ids.length; set++) {
    const wanted = ids.filter((_, at) => (set >> at) & 1);
    expect(read((id) => wanted.includes(id))).toEqual(wanted.map((id) => renditionJson.read(id)));
  }
});

it('keeps everything else as it was, and no segment as numbers: ten thousand films would not fit', () => {
  const whole = makeTitle('film');
  const { title } = leanTitle(whole);
  const renditions = whole.renditions.map(({ index: _, ...rest }) => rest);
  expect(title).toEqual({ ...whole, renditions });
});
