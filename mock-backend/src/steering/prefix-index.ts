import { WORD_BITS } from './address.ts';
import { sortPrefixes } from './sort-prefixes.ts';
import { spreadRanges } from './spread-ranges.ts';

/** Prefixes of one family, packed: `wordCount` words each, the bits after the length cleared. */
export interface PackedPrefixes {
  readonly wordCount: 1 | 4;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly lengths: Uint8Array<ArrayBuffer>;
}

/**
 * Longest match over one family. A prefix has a number: its place among the different prefixes, sorted by network and
 * length. The upper bits of an address' first word lead to a row of slots for its lower bits, as fine as the prefixes
 * there need (DIR-24-8, with rows of their own width); a slot names a prefix or, where longer ones begin, a node: the
 * sorted ranges of one word. Typed arrays only: a table moves between threads unpacked.
 */
export interface PrefixIndex {
  /** Of each prefix, by its number. */
  readonly lengths: Uint8Array<ArrayBuffer>;
  /** The next shorter prefix that holds the same addresses, or -1. */
  readonly parents: Int32Array<ArrayBuffer>;
  /** By the upper bits of the first word: where its row begins, times 32, and how far the lower bits are shifted. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** How many lower bits a row tells apart, and their mask. */
  readonly rowShift: number;
  readonly rowMask: number;
  /** Prefix number, -1 for none, or `-2 - node`. */
  readonly slots: Int32Array<ArrayBuffer>;
  /**
   * A node is at twice its number: how many ranges it has and, in the upper four bits, of which word; one unused; then
   * pairs of the range's first word and a value as in a slot.
   */
  readonly nodes: Uint32Array<ArrayBuffer>;
}

export interface IndexedPrefixes {
  readonly index: PrefixIndex;
  /** The given prefixes in the order of their numbers, equal ones side by side. */
  readonly order: Uint32Array<ArrayBuffer>;
  /** Where in `order` each number begins, and the end of the last. */
  readonly starts: Uint32Array<ArrayBuffer>;
}

export const NO_PREFIX = -1;
const SHIFT_BITS = 5;
const COUNT_MASK = 0x0fffffff;
const WORD_SHIFT = 28;

/**
 * The number of the longest prefix that holds the address, or -1. Words may come signed (`word | 0`): V8 then passes
 * them without a box, which costs more than the lookup.
 */
export function longestPrefix(index: PrefixIndex, first: number, second = 0, third = 0, fourth = 0): number {
  const row = index.rows[first >>> index.rowShift] ?? 0;
  const value = index.slots[(row >>> SHIFT_BITS) + ((first & index.rowMask) >>> (row & 31))] ?? NO_PREFIX;
  return value >= NO_PREFIX ? value : searchNodes(index.nodes, value, first, second, third, fourth);
}

function searchNodes(
  nodes: Uint32Array<ArrayBuffer>,
  from: number,
  first: number,
  second: number,
  third: number,
  fourth: number,
): number {
  let value = from;
  while (value < NO_PREFIX) {
    const node = -2 - value;
    const header = nodes[node * 2] ?? 0;
    const at = header >>> WORD_SHIFT;
    const word = (at === 0 ? first : at === 1 ? second : at === 2 ? third : fourth) >>> 0;
    let low = node + 1;
    let high = node + (header & COUNT_MASK);
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((nodes[middle * 2] ?? 0) <= word) low = middle;
      else high = middle - 1;
    }
    value = (nodes[low * 2 + 1] ?? 0) | 0;
  }
  return value;
}

export function buildPrefixIndex(prefixes: PackedPrefixes): IndexedPrefixes {
  const order = sortPrefixes(prefixes);
  const { starts, unique } = numberPrefixes(prefixes, order);
  return { index: { lengths: unique.lengths, parents: parentsOf(unique), ...spreadRanges(unique) }, order, starts };
}

/** How a node is written down: see `PrefixIndex.nodes`. */
export const nodeHeader = (count: number, word: number): number => (count | (word << WORD_SHIFT)) >>> 0;
export const rowOf = (offset: number, shift: number): number => ((offset << SHIFT_BITS) | shift) >>> 0;

/** Where each different prefix begins in the sorted order, and the prefixes by number. */
function numberPrefixes({ wordCount, words, lengths }: PackedPrefixes, order: Uint32Array<ArrayBuffer>) {
  const starts = new Uint32Array(order.length + 1);
  const uniqueWords = new Uint32Array(order.length * wordCount);
  const uniqueLengths = new Uint8Array(order.length);
  let count = 0;
  for (let at = 0; at < order.length; at++) {
    const entry = order[at] ?? 0;
    const length = lengths[entry] ?? 0;
    let isNew = count === 0 || length !== uniqueLengths[count - 1];
    for (let w = 0; !isNew && w < wordCount; w++)
      isNew = words[entry * wordCount + w] !== uniqueWords[(count - 1) * wordCount + w];
    if (!isNew) continue;
    for (let w = 0; w < wordCount; w++) uniqueWords[count * wordCount + w] = words[entry * wordCount + w] ?? 0;
    uniqueLengths[count] = length;
    starts[count++] = at;
  }
  starts[count] = order.length;
  const unique = { wordCount, words: uniqueWords.slice(0, count * wordCount), lengths: uniqueLengths.slice(0, count) };
  return { starts: starts.slice(0, count + 1), unique };
}

/** In the sorted order a prefix comes after the ones that hold it, so the chain of its forerunner leads to its parent. */
function parentsOf(prefixes: PackedPrefixes): Int32Array<ArrayBuffer> {
  const parents = new Int32Array(prefixes.lengths.length).fill(NO_PREFIX);
  for (let at = 1; at < parents.length; at++) {
    let candidate = at - 1;
    while (candidate >= 0 && !holds(prefixes, candidate, at)) candidate = parents[candidate] ?? NO_PREFIX;
    parents[at] = candidate;
  }
  return parents;
}

function holds({ wordCount, words, lengths }: PackedPrefixes, outer: number, inner: number): boolean {
  let bits = lengths[outer] ?? 0;
  for (let w = 0; bits > 0; w++, bits -= WORD_BITS) {
    const difference = (words[outer * wordCount + w] ?? 0) ^ (words[inner * wordCount + w] ?? 0);
    if (bits >= WORD_BITS ? difference !== 0 : difference >>> (WORD_BITS - bits) !== 0) return false;
  }
  return true;
}
