import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineBuffer } from './line-buffer.ts';

it('holds what strings would', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 30_000 }),
    fc.maxSafeNat(),
    fc.constant('again' as const),
  );
  const lines = new LineBuffer();
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      let expected = '';
      for (const each of pieces) {
        if (each === 'again') {
          const from = Math.floor(lines.length / 2);
          lines.again(from, lines.length);
          expected += expected.slice(from);
        } else if (typeof each === 'number') {
          lines.number(each);
          expected += each;
        } else {
          lines.text(each);
          expected += each;
        }
        expect(lines.length).toBe(expected.length);
      }
      expect(lines.take()).toBe(expected);
    }),
  );
});
