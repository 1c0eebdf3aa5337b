import { WORD_BITS } from '@pressplay/protocol/routes';
import { NO_PREFIX, type PackedPrefixes, type PrefixIndex } from './prefix-index-shape.ts';
import { sortPrefixes } from './sort-prefixes.ts';
import { spreadRanges } from './spread-ranges.ts';

export interface IndexedPrefixes {
  readonly index: PrefixIndex;
  /** The given prefixes in the order of their numbers, equal ones side by side. */
  readonly order: Uint32Array<ArrayBuffer>;
  /** Where in `order` each number begins, and the end of the last. */
  readonly starts: Uint32Array<ArrayBuffer>;
}

export function buildPrefixIndex(prefixes: PackedPrefixes): IndexedPrefixes {
  const order = sortPrefixes(prefixes);
  const { starts, unique } = numberPrefixes(prefixes, order);
  const { lengths } = unique;
  const index = { lengths, parents: parentsOf(unique), tails: tailsOf(unique), ...spreadRanges(unique) };
  return { index, order, starts };
}

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

function tailsOf({ wordCount, words, lengths }: PackedPrefixes): Int32Array<ArrayBuffer> {
  const tails = new Int32Array(wordCount === 1 ? 0 : lengths.length * 2);
  for (let at = 0; at * 2 < tails.length; at++) {
    const bits = Math.min(WORD_BITS, (lengths[at] ?? 0) - WORD_BITS);
    tails[at * 2] = words[at * wordCount + 1] ?? 0;
    tails[at * 2 + 1] = bits <= 0 ? 0 : -1 << (WORD_BITS - bits);
  }
  return tails;
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
