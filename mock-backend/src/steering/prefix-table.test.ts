import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Address, maskBits, type Prefix, parseAddress, widthOf } from './address.ts';
import { buildPrefixTable } from './prefix-table.ts';

const family = fc.constantFrom(4 as const, 6 as const);
/** Addresses differ in few bits only, so that prefixes meet them. */
const address: fc.Arbitrary<Address> = fc
  .tuple(family, fc.nat(15), fc.nat(15))
  .map(([of, high, low]) => ({ family: of, bits: (BigInt(high) << BigInt(widthOf(of) - 4)) | BigInt(low), text: '' }));
const prefix: fc.Arbitrary<Prefix> = address.chain(({ family: of, bits }) =>
  fc
    .oneof(fc.nat(6), fc.integer({ min: widthOf(of) - 5, max: widthOf(of) }))
    .map((length) => ({ family: of, bits: maskBits(bits, of, length), length })),
);

it('finds exactly the prefixes that hold the address, the longest first, as brute force does', () => {
  fc.assert(
    fc.property(fc.array(prefix, { maxLength: 60 }), address, (prefixes, asked) => {
      const entries = prefixes.map((one, value) => ({ prefix: one, value }));
      const table = buildPrefixTable(entries);
      const holding = entries.filter(
        ({ prefix: { family: of, bits, length } }) =>
          of === asked.family && asked.bits >> BigInt(widthOf(of) - length) === bits >> BigInt(widthOf(of) - length),
      );
      const expected = [...new Set(holding.map((entry) => entry.prefix.length))]
        .sort((a, b) => b - a)
        .map((prefixLength) => ({
          prefixLength,
          values: holding.filter((entry) => entry.prefix.length === prefixLength).map(({ value }) => value),
        }));
      expect(table.matches(asked)).toEqual(expected);
      expect(table.size).toBe(new Set(prefixes.map((one) => `${one.family}/${one.bits}/${one.length}`)).size);
    }),
  );
});

it('keeps the two families apart', () => {
  const table = buildPrefixTable([{ prefix: { family: 4, bits: 0n, length: 0 }, value: 'v4' }]);
  const [v4, v6] = [parseAddress('1.2.3.4'), parseAddress('::102:304')];
  expect(v4 && table.matches(v4)).toHaveLength(1);
  expect(v6 && table.matches(v6)).toHaveLength(0);
});
