import { WORD_BITS } from '@pressplay/protocol/routes';
import { Begun, writeBytes, writeEntries } from './block-values.ts';
import {
  BLOCK_SHIFT,
  HALF_SHIFT,
  HEAD,
  NO_PREFIX,
  NUMBER_MASK,
  nodeValue,
  type PackedPrefixes,
  SIGN,
  SLOT_BITS,
} from './prefix-index-shape.ts';

const BEHIND_ALL = 2 ** 33;
const SLOTS = 2 ** SLOT_BITS;
/** A list of so many ranges lies in two cache lines. Longer ones do where lookups get seldom: behind a /24, or a first word. */
const LISTED_UP_TO = 12;
const LISTED_SELDOM_UP_TO = 600;
/** So many slots for each range, as a power of two, where the ranges need that many; more where most lookups come by. */
const BITS_BEYOND = 5;
const BITS_BEYOND_TOLD = 8;
const MOST_BITS = 16;

/** Ranges of one word: each begins at its start and ends before the next. The first `count` of the places are theirs. */
export interface Ranges {
  readonly count: number;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly values: Int32Array<ArrayBuffer>;
}

/** Writes the fans and lists of an index. */
export class NodeWriter {
  readonly blocks: GrowingWords;
  readonly values: GrowingWords;
  readonly #prefixes: PackedPrefixes;
  /** By the depth of a fan: what begins in the block that it writes. */
  readonly #begun: Begun[] = [];

  constructor(prefixes: PackedPrefixes) {
    this.#prefixes = prefixes;
    this.blocks = new GrowingWords(prefixes.lengths.length);
    this.values = new GrowingWords(prefixes.lengths.length);
  }

  /** What each lookup begins with, from the ranges of the first word: see `PrefixIndex`. */
  writeFirst(ranges: Ranges, firstBits: number): Int32Array<ArrayBuffer> {
    const isTold = this.#prefixes.wordCount > 1;
    const fan: Fan = { firstBlock: 0, position: 0, bits: firstBits, depth: 0, isTold };
    if (!isTold) {
      this.blocks.add(blocksOf(firstBits) << BLOCK_SHIFT);
      this.#writeFan(ranges, 0, ranges.count, fan);
      return new Int32Array(0);
    }
    const begun = new Begun(2 ** firstBits);
    this.#collect(ranges, 0, ranges.count, fan, 0, begun);
    return begun.spread();
  }

  /** Ranges of a word behind the first; answers the value that leads there. */
  writeWord(ranges: Ranges): number {
    return this.#write(ranges, 0, ranges.count, { position: 0, depth: 0, isTold: false });
  }

  /** Ranges `from` to before `to`, alike in their first `position` bits. */
  #write(ranges: Ranges, from: number, to: number, place: Omit<Fan, 'firstBlock' | 'bits'>): number {
    if (to - from <= (place.isTold ? LISTED_UP_TO : LISTED_SELDOM_UP_TO)) return this.#writeList(ranges, from, to);
    const bits = bitsFor(ranges, from, to, place);
    const firstBlock = this.blocks.add(blocksOf(bits) << BLOCK_SHIFT) >>> BLOCK_SHIFT;
    this.#writeFan(ranges, from, to, { ...place, firstBlock, bits });
    return nodeValue(firstBlock, bits);
  }

  #writeList({ starts, values }: Ranges, from: number, to: number): number {
    const count = to - from;
    const place = this.values.add(count * 2);
    const { words } = this.values;
    words[place] = count;
    for (let range = 1; range < count; range++) words[place + range] = (starts[from + range] ?? 0) ^ SIGN;
    for (let range = 0; range < count; range++) words[place + count + range] = values[from + range] ?? NO_PREFIX;
    return nodeValue(place, 0);
  }

  #writeFan(ranges: Ranges, from: number, to: number, fan: Fan): void {
    const blockSize = 2 ** (WORD_BITS - fan.position - Math.max(0, fan.bits - SLOT_BITS));
    let blockStart = fanStart(ranges, to, fan.position);
    let range = from;
    for (let block = 0; block < blocksOf(fan.bits); block++) {
      const begun = this.#begunAt(fan.depth);
      range = this.#collect(ranges, range, to, fan, blockStart, begun);
      this.#writeBlock((fan.firstBlock + block) << BLOCK_SHIFT, begun, fan.isTold);
      blockStart += blockSize;
    }
  }

  /** What begins in slots of a fan, the ranges from `from` on; answers the one that holds the last of them. */
  #collect(ranges: Ranges, from: number, to: number, fan: Fan, start: number, begun: Begun): number {
    const { starts, values } = ranges;
    const slots = Math.min(begun.slots.length, 2 ** fan.bits);
    const inside = { position: fan.position + fan.bits, depth: fan.depth + 1, isTold: fan.isTold };
    const slotSize = 2 ** (WORD_BITS - inside.position);
    let range = from;
    let next = range + 1 < to ? (starts[range + 1] ?? 0) : BEHIND_ALL;
    for (let slot = 0; slot < slots; ) {
      const first = start + slot * slotSize;
      while (next <= first) next = ++range + 1 < to ? (starts[range + 1] ?? 0) : BEHIND_ALL;
      if (next >= first + slotSize) {
        begun.add(slot, values[range] ?? NO_PREFIX);
        slot = Math.min(slots, Math.floor((next - start) / slotSize));
        continue;
      }
      const firstIn = range;
      while (next < first + slotSize) next = ++range + 1 < to ? (starts[range + 1] ?? 0) : BEHIND_ALL;
      begun.add(slot++, this.#write(ranges, firstIn, range + 1, inside));
    }
    return range;
  }

  #begunAt(depth: number): Begun {
    const begun = this.#begun[depth] ?? new Begun(SLOTS);
    this.#begun[depth] = begun;
    begun.count = 0;
    return begun;
  }

  #writeBlock(at: number, begun: Begun, isTold: boolean): void {
    const { words } = this.blocks;
    let firstCount = 0;
    for (let i = 0; i < begun.count; i++) {
      const slot = begun.slots[i] ?? 0;
      if (slot < WORD_BITS) firstCount++;
      words[at + (slot >>> 5)] = (words[at + (slot >>> 5)] ?? 0) | (1 << (slot & 31));
    }
    const number = isTold ? writeEntries(words, at, begun, this.#prefixes) : writeBytes(words, at, begun);
    const numbered = number ?? this.#spill(begun);
    if (numbered > NUMBER_MASK) throw new RangeError('A prefix table has room for thirty million prefixes.');
    words[at + HEAD] = numbered | (firstCount << HALF_SHIFT) | (number === undefined ? SIGN : 0);
  }

  #spill({ values, count }: Begun): number {
    const place = this.values.add(count);
    this.values.words.set(values.subarray(0, count), place);
    return place;
  }
}

/** Where a fan's blocks begin, how many bits it tells apart behind which, and in how many other fans it is. */
interface Fan {
  readonly firstBlock: number;
  readonly position: number;
  readonly bits: number;
  readonly depth: number;
  /** Whether its blocks say what is left of prefixes in the second word. */
  readonly isTold: boolean;
}

/** Words that grow as they are written; new ones are 0. */
class GrowingWords {
  words: Int32Array<ArrayBuffer>;
  #used = 0;

  constructor(expected: number) {
    this.words = new Int32Array(expected + SLOTS);
  }

  /** Answers the place of the first new one. */
  add(count: number): number {
    const place = this.#used;
    this.#used += count;
    if (this.#used > this.words.length) {
      const larger = new Int32Array(Math.max(this.words.length * 2, this.#used));
      larger.set(this.words);
      this.words = larger;
    }
    return place;
  }

  written(): Int32Array<ArrayBuffer> {
    return this.words.slice(0, this.#used);
  }
}

const blocksOf = (bits: number): number => 2 ** Math.max(0, bits - SLOT_BITS);

/** All ranges of a fan but the first begin in it. */
function fanStart({ starts }: Ranges, to: number, position: number): number {
  if (position === 0) return 0;
  const size = 2 ** (WORD_BITS - position);
  return Math.floor((starts[to - 1] ?? 0) / size) * size;
}

/** How many bits a fan tells apart: all that its ranges need, unless few ranges would need many. */
function bitsFor(
  { starts }: Ranges,
  from: number,
  to: number,
  { position, isTold }: Pick<Fan, 'position' | 'isTold'>,
): number {
  let set = 0;
  for (let range = from + 1; range < to; range++) set |= starts[range] ?? 0;
  const lowest = 31 - Math.clz32(set & -set);
  const worth = Math.max(SLOT_BITS, Math.ceil(Math.log2(to - from)) + (isTold ? BITS_BEYOND_TOLD : BITS_BEYOND));
  return Math.min(WORD_BITS - lowest - position, worth, MOST_BITS);
}
