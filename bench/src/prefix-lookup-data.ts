import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type PackedAnnouncements, packAnnouncements } from '@pressplay/mock-backend/steering';
import { parseAddress } from '@pressplay/protocol/routes';

/** A fast generator with a seed, so that every run measures the same tables. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Share of the prefix lengths in the global routing tables, in percent, by length. */
const LENGTHS: Readonly<Record<4 | 6, readonly (readonly [length: number, percent: number])[]>> = {
  4: [
    [24, 60],
    [23, 10],
    [22, 11],
    [21, 5],
    [20, 5],
    [19, 3],
    [18, 2],
    [17, 1],
    [16, 2],
    [14, 1],
  ],
  6: [
    [48, 46],
    [44, 10],
    [40, 11],
    [36, 6],
    [33, 3],
    [32, 14],
    [30, 4],
    [29, 6],
  ],
};

/** Announcements spread over the address space as in the global tables; each prefix by one of the feeds. */
export function syntheticTable(family: 4 | 6, count: number, feeds: number, random: () => number): PackedAnnouncements {
  const wordCount = family === 4 ? 1 : 4;
  const words = new Uint32Array(count * wordCount);
  const lengths = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const length = lengthOf(family, random() % 100);
    lengths[at] = length;
    if (family === 4) words[at] = ((0x01000000 + (random() % 0xdf000000)) & maskOf(length)) >>> 0;
    else {
      // The registries hand out 2000::/3 in few blocks.
      words[at * 4] =
        ((0x20010000 + (random() % 12) * 0x01000000 + (random() & 0x000fffff)) & maskOf(Math.min(32, length))) >>> 0;
      words[at * 4 + 1] = length > 32 ? (random() & maskOf(length - 32)) >>> 0 : 0;
    }
  }
  return {
    wordCount,
    words,
    lengths,
    feeds: Uint32Array.from(lengths, () => random() % feeds),
    asPathLengths: Uint8Array.from(lengths, () => 1 + (random() % 5)),
    meds: new Uint32Array(count),
  };
}

/** Addresses inside announced prefixes, in random order: words one after the other. */
export function addressesIn(
  { wordCount, words, lengths }: PackedAnnouncements,
  count: number,
  random: () => number,
): Uint32Array {
  const asked = new Uint32Array(count * wordCount);
  for (let at = 0; at < count; at++) {
    const entry = random() % lengths.length;
    for (let w = 0; w < wordCount; w++) {
      const bits = Math.min(32, Math.max(0, (lengths[entry] ?? 0) - 32 * w));
      asked[at * wordCount + w] = ((words[entry * wordCount + w] ?? 0) | (random() & ~maskOf(bits))) >>> 0;
    }
  }
  return asked;
}

/** The ranges of every autonomous system of today, as prefixes; undefined where the data is not installed. */
export async function realTable(family: 4 | 6): Promise<PackedAnnouncements | undefined> {
  let folder: string;
  try {
    folder = path.dirname(createRequire(import.meta.url).resolve('@ip-location-db/asn/package.json'));
  } catch {
    return undefined;
  }
  const announced: {
    prefix: { family: 4 | 6; words: number[]; length: number };
    feed: number;
    asPathLength: number;
    med: number;
  }[] = [];
  // Numbers of autonomous systems reach four billion; feeds are counted.
  const feeds = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(path.join(folder, `asn-ipv${family}.csv`)) })) {
    const [first = '', last = '', asn = '0'] = line.split(',', 3);
    const [from, to] = [parseAddress(first), parseAddress(last)];
    if (!from || !to) throw new Error(`No range of addresses: ${line}`);
    const feed = feeds.get(asn) ?? feeds.size;
    feeds.set(asn, feed);
    for (const prefix of prefixesOf(family, bitsOf(from.words), bitsOf(to.words)))
      announced.push({ prefix, feed, asPathLength: 1, med: 0 });
  }
  return packAnnouncements(family, announced);
}

/** The fewest prefixes that make up a range. */
function* prefixesOf(family: 4 | 6, from: bigint, to: bigint) {
  const width = family === 4 ? 32n : 128n;
  for (let start = from; start <= to; ) {
    let hostBits = 0n;
    while (hostBits < width && (start >> hostBits) % 2n === 0n && start + (2n << hostBits) - 1n <= to) hostBits++;
    yield { family, words: wordsOf(family, start), length: Number(width - hostBits) };
    start += 1n << hostBits;
  }
}

const bitsOf = (words: readonly number[]): bigint => words.reduce((bits, word) => (bits << 32n) | BigInt(word), 0n);
const wordsOf = (family: 4 | 6, bits: bigint): number[] =>
  (family === 4 ? [0n] : [96n, 64n, 32n, 0n]).map((shift) => Number((bits >> shift) & 0xffffffffn));

function lengthOf(family: 4 | 6, percent: number): number {
  let left = percent;
  for (const [length, share] of LENGTHS[family]) {
    if (left < share) return length;
    left -= share;
  }
  return LENGTHS[family][0]?.[0] ?? 0;
}

const maskOf = (bits: number): number => (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);
