import { expect, it } from 'vitest';
import { makeTitle } from '../testing/test-region.ts';
import { leanTitle } from './lean-title.ts';

it('keeps of each rendition what a play response carries: nothing for the OCAs alone', () => {
  const whole = makeTitle('film');
  const { renditionJson } = leanTitle(whole);
  for (const { sha256: _, ...rendition } of whole.renditions) {
    expect(JSON.parse(new TextDecoder().decode(renditionJson.get(rendition.renditionId)))).toEqual(rendition);
    expect(renditionJson.read(rendition.renditionId)).toEqual(rendition);
  }
  expect(renditionJson.get('v9999')).toBeUndefined();
});

it('keeps everything else as it was, and no segment as numbers: ten thousand films would not fit', () => {
  const whole = makeTitle('film');
  const { title } = leanTitle(whole);
  const renditions = whole.renditions.map(({ index: _, ...rest }) => rest);
  expect(title).toEqual({ ...whole, renditions });
});
