import { type Address, maskWords, type Prefix, parseAddress, parsePrefix, widthOf } from '@pressplay/protocol/routes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinAnnouncements, packAnnouncements, packRoutes } from './packed-announcements.ts';
import { buffersOf, buildPrefixTable, familyOf, lookup, matchesOf, type PrefixTable, sizeOf } from './prefix-table.ts';

interface Announced {
  readonly prefix: Prefix;
  readonly feed: number;
  readonly asPathLength: number;
  readonly med: number;
}

const FEED_CLASSES = Uint8Array.from([0, 1, 0, 3]);

const tableOf = (announced: readonly Announced[]): PrefixTable =>
  buildPrefixTable({
    v4: packAnnouncements(4, announced),
    v6: packAnnouncements(6, announced),
    feedClasses: FEED_CLASSES,
  });

const textOf = ({ family, words, length }: Prefix) => `${family}/${words.join('.')}/${length}`;
const holds = ({ family, words, length }: Prefix, address: Pick<Address, 'family' | 'words'>): boolean =>
  family === address.family && maskWords(address.words, length).every((word, at) => word === words[at]);

const byClassPathMedFeed = (a: Announced, b: Announced) =>
  (FEED_CLASSES[a.feed] ?? 0) - (FEED_CLASSES[b.feed] ?? 0) ||
  a.asPathLength - b.asPathLength ||
  a.med - b.med ||
  a.feed - b.feed;

/** What the table must say: every announced prefix, asked one by one. */
function bruteForce(announced: readonly Announced[], address: Pick<Address, 'family' | 'words'>) {
  const holding = announced.filter(({ prefix }) => holds(prefix, address));
  return [...new Set(holding.map(({ prefix }) => prefix.length))]
    .sort((a, b) => b - a)
    .map((prefixLength) => ({
      prefixLength,
      announced: holding
        .filter(({ prefix }) => prefix.length === prefixLength)
        .sort(byClassPathMedFeed)
        .map(({ feed, asPathLength, med }) => ({ feed, asPathLength, med })),
    }));
}

function answers(table: PrefixTable, address: Pick<Address, 'family' | 'words'>) {
  const { feeds, asPathLengths, meds } = familyOf(table, address);
  return [...matchesOf(table, address)].map(({ prefixLength, from, to }) => ({
    prefixLength,
    announced: Array.from({ length: to - from }, (_, at) => ({
      feed: feeds[from + at],
      asPathLength: asPathLengths[from + at],
      med: meds[from + at],
    })),
  }));
}

/** Words with few different values, on the borders of what a word can hold, so that prefixes meet addresses. */
const word = fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xc0000000, 0xfffffffe, 0xffffffff);
const addressOf = (family: 4 | 6): fc.Arbitrary<Pick<Address, 'family' | 'words'>> =>
  fc
    .array(word, { minLength: family === 4 ? 1 : 4, maxLength: family === 4 ? 1 : 4 })
    .map((words) => ({ family, words }));
const address = fc.oneof(addressOf(4), addressOf(6));
const prefix: fc.Arbitrary<Prefix> = address.chain(({ family, words }) =>
  fc
    .oneof(
      fc.nat(widthOf(family)),
      fc.constantFrom(0, 1, 31, 32, ...(family === 6 ? [33, 63, 64, 65, 96, 127, 128] : [])),
    )
    .map((length) => ({ family, words: maskWords(words, length), length })),
);
const announcement: fc.Arbitrary<Announced> = fc.record({
  prefix,
  feed: fc.nat(3),
  asPathLength: fc.nat(3),
  med: fc.constantFrom(0, 5, 0xffffffff),
});

describe('the prefix table', () => {
  it('finds exactly the prefixes that hold an address and who announces them, as brute force does', () => {
    fc.assert(
      fc.property(
        fc.array(announcement, { maxLength: 60 }),
        fc.array(address, { minLength: 1 }),
        (announced, asked) => {
          const table = tableOf(announced);
          for (const one of asked) expect(answers(table, one)).toEqual(bruteForce(announced, one));
          expect(sizeOf(table)).toBe(new Set(announced.map((one) => textOf(one.prefix))).size);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('says the same of thousands of prefixes, sorted by digits, as one map for each length', () => {
    const random = randomFrom(7);
    for (const family of [4, 6] as const) {
      const width = family === 4 ? 1 : 4;
      const prefixes = Array.from({ length: 6000 }, (): Prefix => {
        const length = family === 4 ? 8 + (random() % 25) : 16 + (random() % 113);
        const words = Array.from({ length: width }, (_, at) => (at === 0 ? (random() % 4096) << 16 : random()) >>> 0);
        return { family, words: maskWords(words, length), length };
      });
      expectEachLength(prefixes, random);
    }
  });

  it('says the same where thousands of prefixes begin behind the same bits, few or many', () => {
    const random = randomFrom(8);
    for (const family of [4, 6] as const) {
      const common = family === 4 ? [3, 11, 16, 18, 23, 24] : [3, 17, 20, 29, 32, 41, 48, 63, 64, 70, 96, 101, 116];
      const prefixes = common.flatMap((bits) => {
        const network = Array.from({ length: widthOf(family) / 32 }, random);
        return Array.from({ length: 900 }, (): Prefix => {
          const length = bits + (random() % Math.min(18, widthOf(family) + 1 - bits));
          const words = network.map((word, at) => (word ^ (random() & ~maskOfWord(bits, at))) >>> 0);
          return { family, words: maskWords(words, length), length };
        });
      });
      expectEachLength(prefixes, random);
    }
  });

  it('keeps the two families apart', () => {
    const everything = parsePrefix('0.0.0.0/0');
    const table = tableOf(everything ? [{ prefix: everything, feed: 0, asPathLength: 0, med: 0 }] : []);
    const [v4, v6] = [parseAddress('1.2.3.4'), parseAddress('::102:304')];
    expect(v4 && lookup(table, v4)).toBe(0);
    expect(v6 && lookup(table, v6)).toBe(-1);
  });

  it('is the same after a move to another thread', () => {
    const announced = fc.sample(announcement, { numRuns: 200, seed: 5 });
    const table = tableOf(announced);
    const asked = fc.sample(address, { numRuns: 50, seed: 6 });
    const before = asked.map((one) => answers(table, one));
    const moved = structuredClone(table, { transfer: buffersOf(table) });
    expect(table.v4.feeds.length).toBe(0);
    expect(asked.map((one) => answers(moved, one))).toEqual(before);
  });
});

it('routes of several feeds are packed one after the other', () => {
  const first = packRoutes([
    { prefix: '10.0.0.0/8', asPath: [1, 2], med: 7 },
    { prefix: 'nonsense', asPath: [], med: 0 },
    { prefix: '2001:db8::/32', asPath: [], med: 0 },
  ]);
  const second = packRoutes([{ prefix: '10.1.0.0/16', asPath: Array(300).fill(1), med: 0 }]);
  const joined = joinAnnouncements(4, [
    { feed: 3, announced: first.v4 },
    { feed: 5, announced: second.v4 },
  ]);
  expect([...joined.words]).toEqual([0x0a000000, 0x0a010000]);
  expect([...joined.feeds]).toEqual([3, 5]);
  expect([...joined.asPathLengths]).toEqual([2, 255]);
  expect([...joined.meds]).toEqual([7, 0]);
  expect(first.v6.lengths.length).toBe(1);
});

/** Addresses in some of the prefixes: whoever holds them is found by a look for each length. */
function expectEachLength(prefixes: readonly Prefix[], random: () => number): void {
  const table = tableOf(prefixes.map((prefix): Announced => ({ prefix, feed: random() % 4, asPathLength: 0, med: 0 })));
  const known = new Set(prefixes.map(textOf));
  for (let i = 0; i < 400; i++) {
    const { family, words, length: within } = prefixes[random() % prefixes.length] ?? prefixes[0] ?? EVERYTHING;
    const asked = { family, words: words.map((one, at) => (one ^ (random() & ~maskOfWord(within, at))) >>> 0) };
    const lengths = Array.from({ length: widthOf(family) + 1 }, (_, at) => widthOf(family) - at);
    const expected = lengths.filter((length) =>
      known.has(textOf({ ...asked, words: maskWords(asked.words, length), length })),
    );
    expect([...matchesOf(table, asked)].map(({ prefixLength }) => prefixLength)).toEqual(expected);
  }
}

const EVERYTHING: Prefix = { family: 4, words: [0], length: 0 };

/** The bits of one word that belong to the first bits of an address. */
function maskOfWord(bits: number, at: number): number {
  const own = Math.min(32, Math.max(0, bits - at * 32));
  return own === 0 ? 0 : -1 << (32 - own);
}

/** The minimal standard generator: enough for test data. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return (state ^ (state >>> 13)) >>> 0;
  };
}
