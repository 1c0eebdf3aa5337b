import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hmacSha256Hex } from './hmac-sha256.ts';

const nodes = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex');

it('signs as Node does, any text with any key, one after the other', () => {
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  const key = fc.string({ unit: 'binary', maxLength: 100 });
  fc.assert(
    fc.property(key, fc.array(text, { maxLength: 4 }), (key, texts) => {
      for (const text of texts) expect(hmacSha256Hex(key, text)).toBe(nodes(key, text));
    }),
    { numRuns: 50 },
  );
});

it('signs the same with a hundred keys in turn', () => {
  for (let round = 0; round < 2; round++)
    for (let n = 0; n < 100; n++) expect(hmacSha256Hex(`key ${n}`, 'text')).toBe(nodes(`key ${n}`, 'text'));
});

it('signs texts around the length that fits its block', () => {
  for (const length of [0, 1, 55, 56, 64, 169, 170, 171, 172, 511, 512, 513, 5000])
    for (const one of ['a', 'ü', '€', '🎬']) {
      const text = one.repeat(length);
      expect(hmacSha256Hex('key', text), `${length} of ${one}`).toBe(nodes('key', text));
    }
});
