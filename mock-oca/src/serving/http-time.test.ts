import { describe, expect, it } from 'vitest';
import { parseHttpTime } from './http-time.ts';

describe('dates of HTTP', () => {
  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    'Xyz, 06 Nov 1994 08:49:37',
  ])('%s is read', (text) => {
    expect(parseHttpTime(text)).toBe(784_111_777);
  });

  it('reads two digits of a year as of this century until 69', () => {
    expect(parseHttpTime('Monday, 06-Nov-69 00:00:00 GMT')).toBe(Date.UTC(2069, 10, 6) / 1000);
    expect(parseHttpTime('Monday, 06-Nov-70 00:00:00 GMT')).toBe(Date.UTC(1970, 10, 6) / 1000);
  });

  it('reads what toUTCString writes', () => {
    for (const seconds of [0, 951_782_400, 784_111_777, 2_147_483_647])
      expect(parseHttpTime(new Date(seconds * 1000).toUTCString())).toBe(seconds);
  });

  it.each([
    '',
    'yesterday',
    '784111777',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Wed, 29 Feb 2023 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 06 Nov 1994 08:49 GMT',
    '1994-11-06T08:49:37Z',
  ])('"%s" is none', (text) => {
    expect(parseHttpTime(text)).toBeUndefined();
  });
});
