import fc from 'fast-check';
import { expect, it } from 'vitest';
import { etagOf, mtimeSecondsOf } from './etag.ts';

it('gives the form nginx gives: hex of the modification time, hex of the size', () => {
  expect(etagOf('ffffffff000000000000000000000000', 4096)).toBe('"7fffffff-1000"');
});

it('keeps the modification time positive and within 31 bits', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (bits) => {
      const seconds = mtimeSecondsOf(bits.toString(16).padStart(8, '0'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(2 ** 31);
    }),
  );
});
