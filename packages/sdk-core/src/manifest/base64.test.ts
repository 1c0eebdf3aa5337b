import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64 } from './base64.ts';

it('gives back every byte that was encoded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(new Uint8Array(bytes));
    }),
  );
});

it.each(['A', 'AAA', 'AA=A', 'A===', 'AA-_', 'AAA\u00e9', 'AA A', '===='])('refuses %j', (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});
