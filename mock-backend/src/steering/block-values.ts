import { WORD_BITS } from '@pressplay/protocol/routes';
import {
  BYTE_COUNT,
  BYTES,
  ENTRY_BYTES,
  ENTRY_COUNT,
  ENTRY_TAILS,
  FOUR_COUNT,
  FOURS,
  LEAST_TAIL,
  NO_PREFIX,
  NO_TAIL,
  NODE,
  OUTSIDE,
  type PackedPrefixes,
  TAIL_BITS,
} from './prefix-index-shape.ts';

const MOST_BYTE = 255;
/** The bits of a word, as a power of two. */
const WORD_SHIFT = 5;

/** The slots at which another value begins than before. */
export class Begun {
  count = 0;
  readonly slots: Int32Array;
  readonly values: Int32Array;

  constructor(slots: number) {
    this.slots = new Int32Array(slots);
    this.values = new Int32Array(slots);
  }

  add(slot: number, value: number): void {
    if (this.count > 0 && this.values[this.count - 1] === value) return;
    this.slots[this.count] = slot;
    this.values[this.count++] = value;
  }

  /** A value for each slot. */
  spread(): Int32Array<ArrayBuffer> {
    const spread = new Int32Array(this.slots.length);
    for (let at = 0; at < this.count; at++) {
      const end = at + 1 < this.count ? this.slots[at + 1] : spread.length;
      spread.fill(this.values[at] ?? NO_PREFIX, this.slots[at], end);
    }
    return spread;
  }
}

/** Writes a byte for each value; answers the number for the head, or undefined where they do not fit. */
export function writeBytes(words: Int32Array, at: number, { values, count }: Begun): number | undefined {
  const number = numberFor(values, count, MOST_BYTE - 1);
  if (count > BYTE_COUNT) return undefined;
  let outside: number | undefined;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (value >= number) continue;
    if (value < NO_PREFIX || (outside !== undefined && outside !== value)) return undefined;
    outside = value;
  }
  words[at + OUTSIDE] = outside ?? NO_PREFIX;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    put(words, at + BYTES, i, BYTE_SHIFT, value === outside ? 0 : value - number + 1);
  }
  return number;
}

/** Used by one block at a time. */
const entries = new Int32Array(ENTRY_COUNT);

/** Writes entries, and of each value which it is; answers as `writeBytes` does. */
export function writeEntries(
  words: Int32Array,
  at: number,
  { values, count }: Begun,
  prefixes: PackedPrefixes,
): number | undefined {
  if (count > FOUR_COUNT) return undefined;
  const number = numberFor(values, count, NODE - 1);
  const outside = outsideOf(values, count, prefixes);
  const fours = [0, 0];
  let entryCount = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (value === outside) continue;
    let entry = 0;
    while (entry < entryCount && entries[entry] !== value) entry++;
    if (entry === ENTRY_COUNT || (value >= NO_PREFIX && value < number)) return undefined;
    if (value >= 0 && tailOf(prefixes, value) === undefined) return undefined;
    entries[entry] = value;
    entryCount = Math.max(entryCount, entry + 1);
    put(fours, 0, i, FOUR_SHIFT, entry + 1);
  }
  words[at + OUTSIDE] = outside ?? NO_PREFIX;
  words[at + FOURS] = fours[0] ?? 0;
  words[at + FOURS + 1] = fours[1] ?? 0;
  for (let entry = 0; entry < entryCount; entry++) {
    const value = entries[entry] ?? 0;
    put(words, at + ENTRY_BYTES, entry, BYTE_SHIFT, value < 0 ? NODE : value - number);
    words[at + ENTRY_TAILS + entry] = value < 0 ? value : (tailOf(prefixes, value) ?? NO_TAIL);
  }
  return number;
}

/** How many of a small number a word has, as powers of two: of bytes four, of halves of them eight. */
const [BYTE_SHIFT, FOUR_SHIFT] = [2, 3] as const;

function put(words: Int32Array | number[], from: number, place: number, shift: number, value: number): void {
  const at = from + (place >>> shift);
  const bits = (place & ((1 << shift) - 1)) << (WORD_SHIFT - shift);
  words[at] = (words[at] ?? 0) | (value << bits);
}

/** The least number from which on the highest value is not too far. */
function numberFor(values: Int32Array, count: number, furthest: number): number {
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, values[i] ?? 0);
  return Math.max(0, most - furthest);
}

/** The lowest of the values that are no nodes, if nothing is left of it in the second word. */
function outsideOf(values: Int32Array, count: number, { lengths }: PackedPrefixes): number | undefined {
  let least: number | undefined;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0;
    if (value >= NO_PREFIX && (least === undefined || value < least)) least = value;
  }
  return least !== undefined && least >= 0 && (lengths[least] ?? 0) > WORD_BITS ? undefined : least;
}

function tailOf({ words, lengths, wordCount }: PackedPrefixes, value: number): number | undefined {
  const spare = 2 * WORD_BITS - (lengths[value] ?? 0);
  if (spare >= WORD_BITS) return NO_TAIL;
  return spare <= LEAST_TAIL ? undefined : ((words[value * wordCount + 1] ?? 0) & ~TAIL_BITS) | (spare - 1);
}
