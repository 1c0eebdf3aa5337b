import { WORD_BITS } from '@pressplay/protocol/routes';
import { countOnes } from './count-ones.ts';
import {
  BLOCK_SHIFT,
  BYTES,
  bitsOf,
  ENTRY_BYTES,
  ENTRY_COUNT,
  ENTRY_TAILS,
  FOURS,
  HALF_MASK,
  HALF_SHIFT,
  HEAD,
  NO_PREFIX,
  NODE,
  NUMBER_MASK,
  OUTSIDE,
  type PrefixIndex,
  placeOf,
  SIGN,
  SLOT_BITS,
  tailMask,
} from './prefix-index-shape.ts';

/**
 * The number of the longest prefix that holds an IPv4 address, or -1. A word may come signed (`word | 0`): V8 then
 * passes it without a box, which costs more than the lookup.
 */
export function longestPrefix4(index: PrefixIndex, word: number): number {
  let position = index.firstBits;
  let value = valueIn(index, 0, word >>> (WORD_BITS - position));
  while (value < NO_PREFIX) {
    const bits = bitsOf(value);
    if (bits === 0) return valueInList(index, placeOf(value), word);
    value = valueIn(index, placeOf(value), (word << position) >>> (WORD_BITS - bits));
    position += bits;
  }
  return value;
}

/** The same for the four words of an IPv6 address. */
export function longestPrefix6(
  index: PrefixIndex,
  first: number,
  second: number,
  third: number,
  fourth: number,
): number {
  let position = index.firstBits;
  let value = index.firsts[first >>> (WORD_BITS - position)] ?? NO_PREFIX;
  while (value < NO_PREFIX && position < WORD_BITS) {
    const bits = bitsOf(value);
    if (bits === 0) {
      value = told(index, valueInList(index, placeOf(value), first), second);
      position = WORD_BITS;
    } else {
      value = valueOrTold(index, placeOf(value), (first << position) >>> (WORD_BITS - bits), second);
      position += bits;
    }
  }
  return value >= NO_PREFIX ? value : valueBehind(index, value, second, third, fourth);
}

/** Where several prefixes go on behind a first word. */
function valueBehind(index: PrefixIndex, from: number, second: number, third: number, fourth: number): number {
  let value = from;
  let [word, next, position] = [second, third, 0];
  while (value < NO_PREFIX) {
    if (position === WORD_BITS) [word, next, position] = [next, fourth, 0];
    const bits = bitsOf(value);
    const place = placeOf(value);
    value =
      bits === 0 ? valueInList(index, place, word) : valueIn(index, place, (word << position) >>> (WORD_BITS - bits));
    position = bits === 0 ? WORD_BITS : position + bits;
  }
  return value;
}

/** How many values begin in a block up to a slot, but for the one at its first slot. */
function rankIn(blocks: Int32Array, at: number, head: number, slot: number): number {
  const half = (slot >>> (SLOT_BITS - 1)) & 1;
  const begun = countOnes((blocks[at + half] ?? 0) & (-1 >>> (31 - (slot & 31))));
  return begun + ((head >>> HALF_SHIFT) & HALF_MASK & -half) - 1;
}

/** What a slot says of the fan that begins with a block. */
function valueIn({ blocks, values }: PrefixIndex, firstBlock: number, slot: number): number {
  const at = (firstBlock + (slot >>> SLOT_BITS)) << BLOCK_SHIFT;
  const head = blocks[at + HEAD] ?? 0;
  const rank = rankIn(blocks, at, head, slot);
  if (head < 0) return values[(head & NUMBER_MASK) + rank] ?? NO_PREFIX;
  const byte = ((blocks[at + BYTES + (rank >>> 2)] ?? 0) >>> ((rank & 3) << 3)) & 255;
  // Without a branch: which it is nobody can guess, and a wrong guess waits for memory.
  const isOutside = (byte - 1) >> 31;
  return ((blocks[at + OUTSIDE] ?? NO_PREFIX) & isOutside) | (((head & NUMBER_MASK) + byte - 1) & ~isOutside);
}

/** The same in the first word of IPv6. */
function valueOrTold(index: PrefixIndex, firstBlock: number, slot: number, second: number): number {
  const { blocks } = index;
  const at = (firstBlock + (slot >>> SLOT_BITS)) << BLOCK_SHIFT;
  const head = blocks[at + HEAD] ?? 0;
  const rank = rankIn(blocks, at, head, slot);
  if (head < 0) return told(index, index.values[(head & NUMBER_MASK) + rank] ?? NO_PREFIX, second);
  const four = ((blocks[at + FOURS + (rank >>> 3)] ?? 0) >>> ((rank & 7) << 2)) & 15;
  const isOutside = (four - 1) >> 31;
  const entry = (four - 1) & (ENTRY_COUNT - 1);
  const tail = blocks[at + ENTRY_TAILS + entry] ?? 0;
  const beyond = ((blocks[at + ENTRY_BYTES + (entry >>> 2)] ?? 0) >>> ((entry & 3) << 3)) & 255;
  if (beyond === NODE && four !== 0) return tail;
  const value = (head & NUMBER_MASK) + beyond;
  if (((second ^ tail) & tailMask(tail) & ~isOutside) !== 0) return index.parents[value] ?? NO_PREFIX;
  return ((blocks[at + OUTSIDE] ?? NO_PREFIX) & isOutside) | (value & ~isOutside);
}

/** A prefix that was found by the first word alone, or else its parent; a node stays one. */
function told({ tails, parents }: PrefixIndex, value: number, second: number): number {
  if (value <= NO_PREFIX) return value;
  const differs = (second ^ (tails[value * 2] ?? 0)) & (tails[value * 2 + 1] ?? 0);
  return differs === 0 ? value : (parents[value] ?? NO_PREFIX);
}

function valueInList({ values }: PrefixIndex, place: number, word: number): number {
  const count = values[place] ?? 0;
  const signed = word ^ SIGN;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((values[place + middle] ?? 0) <= signed) low = middle;
    else high = middle - 1;
  }
  return values[place + count + low] ?? NO_PREFIX;
}
