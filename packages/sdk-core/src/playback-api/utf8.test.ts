import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeUtf8 } from './utf8.ts';

const platform = new TextDecoder('utf-8', { ignoreBOM: true });

it('reads what the platform reads, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
    }),
  );
});

it('replaces damaged bytes, a run of them at once, and reads what is around them', () => {
  const bytes = fc.array(
    fc.constantFrom(0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc3, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0xf5, 0xff),
  );
  const collapsed = (text: string): string => text.replace(/[\x80-\uffff]*\ufffd[\x80-\uffff]*/g, '\ufffd');
  fc.assert(
    fc.property(bytes, (list) => {
      const damaged = Uint8Array.from(list);
      expect(decodeUtf8(damaged)).toBe(collapsed(platform.decode(damaged)));
    }),
    { numRuns: 2000 },
  );
});

it('reads long bodies', () => {
  for (const text of ['ö😀a'.repeat(50_000), `${'plain '.repeat(50_000)}ö`])
    expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
});
