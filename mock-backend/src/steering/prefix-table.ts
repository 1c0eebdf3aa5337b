import { type Address, maskBits, type Prefix } from './address.ts';

export interface PrefixMatch<T> {
  readonly prefixLength: number;
  readonly values: readonly T[];
}

/** Which prefixes hold an address. Immutable: a change builds a new table. */
export interface PrefixTable<T> {
  /** Number of different prefixes. */
  readonly size: number;
  /** Every prefix that holds the address, the longest first. */
  matches(address: Address): readonly PrefixMatch<T>[];
}

/** One map for each prefix length that occurs, asked from the longest to the shortest. */
export function buildPrefixTable<T>(entries: Iterable<{ readonly prefix: Prefix; readonly value: T }>): PrefixTable<T> {
  const lengths = { 4: new Map<number, Map<bigint, T[]>>(), 6: new Map<number, Map<bigint, T[]>>() };
  let size = 0;
  for (const { prefix, value } of entries) {
    const networks = lengths[prefix.family].get(prefix.length) ?? new Map<bigint, T[]>();
    lengths[prefix.family].set(prefix.length, networks);
    const values = networks.get(prefix.bits);
    if (values) {
      values.push(value);
    } else {
      networks.set(prefix.bits, [value]);
      size++;
    }
  }
  const ordered = { 4: longestFirst(lengths[4]), 6: longestFirst(lengths[6]) };
  return {
    size,
    matches: (address) =>
      ordered[address.family].flatMap(([prefixLength, networks]) => {
        const values = networks.get(maskBits(address.bits, address.family, prefixLength));
        return values ? [{ prefixLength, values }] : [];
      }),
  };
}

const longestFirst = <T>(lengths: ReadonlyMap<number, T>): readonly (readonly [number, T])[] =>
  [...lengths].sort(([a], [b]) => b - a);
