import { expect, it } from 'vitest';
import { makeTitle } from '../testing/test-region.ts';
import { leanTitle } from './lean-title.ts';

it('reads as the whole title does, index and all', () => {
  const whole = makeTitle('film');
  const { title } = leanTitle(whole);
  expect(JSON.parse(JSON.stringify(title))).toEqual(whole);
  expect(title.renditions[1]?.index.sizes).toEqual(whole.renditions[1]?.index.sizes);
});

it('keeps of each rendition what a play response carries: nothing for the OCAs alone', () => {
  const whole = makeTitle('film');
  const { renditionJson } = leanTitle(whole);
  for (const { sha256: _, ...rendition } of whole.renditions)
    expect(JSON.parse(new TextDecoder().decode(renditionJson.get(rendition.renditionId)))).toEqual(rendition);
});

it('keeps no index as numbers: ten thousand films would not fit', () => {
  const { title } = leanTitle(makeTitle('film'));
  for (const rendition of title.renditions)
    expect(Object.getOwnPropertyDescriptor(rendition, 'index')).not.toHaveProperty('value');
});
