import {
  type Announcements,
  buffersOf,
  buildPrefixTable,
  longestPrefix4,
  longestPrefix6,
  type PackedAnnouncements,
  type PrefixTable,
} from '@pressplay/mock-backend/steering';
import { type Bench, type Metric, median } from './metric.ts';
import { addressesIn, realTable, seededRandom, syntheticTable } from './prefix-lookup-data.ts';

const PREFIXES = 1_000_000;
const FEEDS = 2000;
const ADDRESSES = 1 << 20;
const ROUNDS = 7;
/** Scans of every prefix, a sample: the tests compare all kinds of tables with brute force. */
const CHECKED = 100;
const BUILDS = 3;
const TARGET_NS = { 4: 60, 6: 200 } as const;
const MIB = 2 ** 20;

/** Longest prefix match over a million announced prefixes, each answer kind checked against a scan of all of them. */
export const prefixLookup: Bench = async () => {
  const random = seededRandom(11);
  const half = PREFIXES / 2;
  const metrics = [
    ...measure('1M-ipv4', tables(syntheticTable(4, PREFIXES, FEEDS, random), syntheticTable(6, 0, FEEDS, random)), 4),
    ...measure('1M-ipv6', tables(syntheticTable(4, 0, FEEDS, random), syntheticTable(6, PREFIXES, FEEDS, random)), 6),
    ...measure(
      '500k-and-500k',
      tables(syntheticTable(4, half, FEEDS, random), syntheticTable(6, half, FEEDS, random)),
      4,
      6,
    ),
  ];
  const [v4, v6] = [await realTable(4), await realTable(6)];
  if (v4 && v6) return [...metrics, ...measure('real', tables(v4, v6), 4, 6)];
  console.error('@ip-location-db/asn is not installed: the real address ranges are left out. npm install brings them.');
  return metrics;
};

function tables(v4: PackedAnnouncements, v6: PackedAnnouncements): Announcements {
  const feeds = Math.max(highest(v4.feeds), highest(v6.feeds)) + 1;
  return { v4, v6, feedClasses: Uint8Array.from({ length: feeds }, (_, feed) => feed % 4) };
}

const highest = (values: Uint32Array): number => values.reduce((most, value) => Math.max(most, value), 0);

function measure(name: string, announced: Announcements, ...families: (4 | 6)[]): Metric[] {
  const buildMs: number[] = [];
  let table = buildPrefixTable(announced);
  for (let round = 0; round < BUILDS; round++) {
    const startMs = processorMs();
    table = buildPrefixTable(announced);
    buildMs.push(processorMs() - startMs);
  }
  const prefixes = announced.v4.lengths.length + announced.v6.lengths.length;
  const sizeBytes = buffersOf(table).reduce((sum, buffer) => sum + buffer.byteLength, 0);
  return [
    { name: `${name}-prefixes`, value: prefixes, unit: '', better: 'higher' },
    ...families.map((family): Metric => {
      const [part, own] = family === 4 ? [announced.v4, table.v4] : [announced.v6, table.v6];
      const asked = addressesIn(part, ADDRESSES, seededRandom(family));
      check(table, part, family, asked);
      const value = family === 4 ? lookup4Ns(own.index, asked) : lookup6Ns(own.index, asked);
      return { name: `${name}-lookup-ipv${family}`, value, unit: 'ns', better: 'lower', target: TARGET_NS[family] };
    }),
    { name: `${name}-build`, value: median(buildMs), unit: 'ms', better: 'lower', target: 1000 },
    { name: `${name}-table`, value: sizeBytes / MIB, unit: 'MiB', better: 'lower', target: 200 },
  ];
}

type Index = PrefixTable['v4']['index'];

function lookup4Ns(index: Index, asked: Uint32Array): number {
  return medianNs(asked.length, () => {
    let sink = 0;
    for (let at = 0; at < asked.length; at++) sink ^= longestPrefix4(index, (asked[at] ?? 0) | 0);
    return sink;
  });
}

function lookup6Ns(index: Index, asked: Uint32Array): number {
  const word = (at: number): number => (asked[at] ?? 0) | 0;
  return medianNs(asked.length / 4, () => {
    let sink = 0;
    for (let at = 0; at < asked.length; at += 4)
      sink ^= longestPrefix6(index, word(at), word(at + 1), word(at + 2), word(at + 3));
    return sink;
  });
}

function medianNs(count: number, round: () => number): number {
  const perLookupNs: number[] = [];
  let sink = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const startMs = processorMs();
    sink ^= round();
    perLookupNs.push(((processorMs() - startMs) * 1e6) / count);
  }
  if (Number.isNaN(sink)) throw new Error('The lookups were not made.');
  return median(perLookupNs);
}

/** Processor time of this process, so that a busy machine does not count as slow code. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A scan over every announced prefix must find the same length and the same announcers. */
function check(table: PrefixTable, announced: PackedAnnouncements, family: 4 | 6, asked: Uint32Array): void {
  const { index, starts, feeds } = family === 4 ? table.v4 : table.v6;
  const width = family === 4 ? 1 : 4;
  for (let i = 0; i < CHECKED; i++) {
    const words = asked.subarray(i * width, (i + 1) * width);
    const expected = scan(announced, words);
    const [first = 0, second = 0, third = 0, fourth = 0] = words;
    const prefix =
      family === 4
        ? longestPrefix4(index, first | 0)
        : longestPrefix6(index, first | 0, second | 0, third | 0, fourth | 0);
    const found = feeds.slice(starts[prefix] ?? 0, starts[prefix + 1] ?? 0);
    const same = index.lengths[prefix] === expected.length && [...found].sort().join() === expected.feeds.sort().join();
    if (!same)
      throw new Error(
        `IPv${family} ${words.join('.')}: the table says /${index.lengths[prefix]}, a scan /${expected.length}.`,
      );
  }
}

function scan({ wordCount, words, lengths, feeds }: PackedAnnouncements, asked: Uint32Array) {
  let best = { length: -1, feeds: [] as number[] };
  for (let at = 0; at < lengths.length; at++) {
    const length = lengths[at] ?? 0;
    if (length < best.length) continue;
    let bits = length;
    let holds = true;
    for (let w = 0; holds && bits > 0; w++, bits -= 32) {
      const difference = (words[at * wordCount + w] ?? 0) ^ (asked[w] ?? 0);
      holds = bits >= 32 ? difference === 0 : difference >>> (32 - bits) === 0;
    }
    if (!holds) continue;
    if (length > best.length) best = { length, feeds: [] };
    best.feeds.push(feeds[at] ?? 0);
  }
  return best;
}
