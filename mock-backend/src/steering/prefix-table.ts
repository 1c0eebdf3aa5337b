import type { Address } from '@pressplay/protocol/routes';
import { longestPrefix4, longestPrefix6 } from './longest-prefix.ts';
import { buildPrefixIndex } from './prefix-index.ts';
import { NO_PREFIX, type PackedPrefixes, type PrefixIndex } from './prefix-index-shape.ts';

/** Announcements of one family: prefix, who announces it, and over which path. */
export interface PackedAnnouncements extends PackedPrefixes {
  /** Number of the feed: one set of routes at one site. */
  readonly feeds: Uint32Array<ArrayBuffer>;
  /** Autonomous systems on the path; 255 stands for more. */
  readonly asPathLengths: Uint8Array<ArrayBuffer>;
  readonly meds: Uint32Array<ArrayBuffer>;
}

export interface Announcements {
  readonly v4: PackedAnnouncements;
  readonly v6: PackedAnnouncements;
  /** Of each feed: the place of its site's class in the order of preference. Less is better. */
  readonly feedClasses: Uint8Array<ArrayBuffer>;
}

export interface FamilyTable {
  readonly index: PrefixIndex;
  /** Where the announcements of each prefix begin, and the end of the last. */
  readonly starts: Uint32Array;
  /** By prefix; those of one prefix by class, AS path, MED, feed. */
  readonly feeds: Uint32Array;
  readonly asPathLengths: Uint8Array;
  readonly meds: Uint32Array;
}

/** Which announced prefixes hold an address, and who announces them. Nothing but numbers and typed arrays. */
export interface PrefixTable {
  readonly v4: FamilyTable;
  readonly v6: FamilyTable;
}

/** The announcements of one prefix: places `from` to before `to` in the table of its family. */
export interface PrefixMatch {
  readonly prefixLength: number;
  readonly from: number;
  readonly to: number;
}

export function buildPrefixTable({ v4, v6, feedClasses }: Announcements): PrefixTable {
  return { v4: buildFamily(v4, feedClasses), v6: buildFamily(v6, feedClasses) };
}

export const familyOf = (table: PrefixTable, { family }: Pick<Address, 'family'>): FamilyTable =>
  family === 4 ? table.v4 : table.v6;

/** Number of different prefixes. */
export const sizeOf = ({ v4, v6 }: PrefixTable): number => v4.index.lengths.length + v6.index.lengths.length;

/** The number of the longest prefix that holds the address, or -1. `parentOf` leads on to the shorter ones. */
export function lookup(table: PrefixTable, { family, words }: Pick<Address, 'family' | 'words'>): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = words;
  return family === 4
    ? longestPrefix4(table.v4.index, first | 0)
    : longestPrefix6(table.v6.index, first | 0, second | 0, third | 0, fourth | 0);
}

/** Every prefix that holds the address, the longest first. */
export function* matchesOf(table: PrefixTable, address: Pick<Address, 'family' | 'words'>): Generator<PrefixMatch> {
  const { index, starts } = familyOf(table, address);
  for (let prefix = lookup(table, address); prefix !== NO_PREFIX; prefix = index.parents[prefix] ?? NO_PREFIX)
    yield { prefixLength: index.lengths[prefix] ?? 0, from: starts[prefix] ?? 0, to: starts[prefix + 1] ?? 0 };
}

/** What can move to another thread instead of being copied. */
export const buffersOf = ({ v4, v6 }: PrefixTable | Announcements): ArrayBuffer[] => [
  ...bufferSetOf(v4),
  ...bufferSetOf(v6),
];

function* bufferSetOf(value: object): Generator<ArrayBuffer> {
  for (const part of Object.values(value)) {
    if (ArrayBuffer.isView(part)) yield part.buffer as ArrayBuffer;
    else if (typeof part === 'object' && part !== null) yield* bufferSetOf(part);
  }
}

function buildFamily(announced: PackedAnnouncements, feedClasses: Uint8Array<ArrayBuffer>): FamilyTable {
  const { index, order, starts } = buildPrefixIndex(announced);
  sortEachPrefix(order, starts, announced, feedClasses);
  const count = order.length;
  const feeds = new Uint32Array(count);
  const asPathLengths = new Uint8Array(count);
  const meds = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    const entry = order[at] ?? 0;
    feeds[at] = announced.feeds[entry] ?? 0;
    asPathLengths[at] = announced.asPathLengths[entry] ?? 0;
    meds[at] = announced.meds[entry] ?? 0;
  }
  return { index, starts, feeds, asPathLengths, meds };
}

const INSERTED_UP_TO = 16;

/** Sorts the announcements of each prefix. Most prefixes have few: those are sorted in place. */
function sortEachPrefix(
  order: Uint32Array<ArrayBuffer>,
  starts: Uint32Array<ArrayBuffer>,
  announced: PackedAnnouncements,
  feedClasses: Uint8Array<ArrayBuffer>,
): void {
  const { feeds, asPathLengths, meds } = announced;
  const compare = (a: number, b: number): number => {
    const [feedA, feedB] = [feeds[a] ?? 0, feeds[b] ?? 0];
    return (
      (feedClasses[feedA] ?? 0) - (feedClasses[feedB] ?? 0) ||
      (asPathLengths[a] ?? 0) - (asPathLengths[b] ?? 0) ||
      (meds[a] ?? 0) - (meds[b] ?? 0) ||
      feedA - feedB
    );
  };
  for (let prefix = 0; prefix + 1 < starts.length; prefix++) {
    const from = starts[prefix] ?? 0;
    const to = starts[prefix + 1] ?? 0;
    if (to - from > INSERTED_UP_TO) order.subarray(from, to).sort(compare);
    else if (to - from > 1) insertionSort(order, from, to, compare);
  }
}

function insertionSort(
  order: Uint32Array<ArrayBuffer>,
  from: number,
  to: number,
  compare: (a: number, b: number) => number,
): void {
  for (let at = from + 1; at < to; at++) {
    const entry = order[at] ?? 0;
    let place = at;
    for (; place > from && compare(order[place - 1] ?? 0, entry) > 0; place--) order[place] = order[place - 1] ?? 0;
    order[place] = entry;
  }
}
