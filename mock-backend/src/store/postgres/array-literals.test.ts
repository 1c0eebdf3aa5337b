import { expect, it } from 'vitest';
import { plainArray, textArray } from './array-literals.ts';

it('says nothing of what is absent, and does not take a text for it', () => {
  expect(textArray(['film', undefined, 'NULL', ''])).toBe('{"film",NULL,"NULL",""}');
  expect(plainArray([1.5, undefined, true, Number.POSITIVE_INFINITY])).toBe('{1.5,NULL,true,Infinity}');
  expect(textArray([])).toBe('{}');
});

it('keeps quotes, braces and backslashes in their texts', () => {
  expect(textArray(['a"b', '{c,d}', 'e\\'])).toBe('{"a\\"b","{c,d}","e\\\\"}');
});
