import { WORD_BITS } from '@pressplay/protocol/routes';
import { NO_PREFIX, nodeHeader, type PackedPrefixes, type PrefixIndex, rowOf } from './prefix-index-shape.ts';

type SpreadRanges = Pick<PrefixIndex, 'rows' | 'rowShift' | 'slots' | 'nodes'>;

const BEHIND_ALL = 2 ** 33;
/** Up to here 256 rows do, beyond 65,536. */
const FEW_RANGES = 2048;
/** A row this wide costs little; a wider one must be worth it: it has so many bits more than count its ranges. */
const CHEAP_ROW_BITS = 8;
const BITS_BEYOND = 4;

/** Turns different prefixes, sorted by network and length, into the rows, slots and nodes of an index. */
export function spreadRanges(prefixes: PackedPrefixes): SpreadRanges {
  const nodes = new NodeWriter(prefixes.lengths.length);
  const sweep = new RangeSweep(prefixes, nodes);
  const ranges = sweep.run(0, prefixes.lengths.length, 0, NO_PREFIX);
  const rows = fillRows(ranges, nodes);
  return { ...rows, nodes: nodes.written() };
}

/** Ranges of one word: each begins at its start and ends before the next. The first `count` of the places are theirs. */
interface Ranges {
  readonly count: number;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly values: Int32Array<ArrayBuffer>;
}

/** A stack holds the prefixes that are open at the word the sweep has reached. What goes on within one word is a node. */
class RangeSweep {
  readonly #prefixes: PackedPrefixes;
  readonly #nodes: NodeWriter;
  /** One for each word: a million small nodes would keep the garbage collector busy. */
  readonly #openOf: readonly OpenRanges[];

  constructor(prefixes: PackedPrefixes, nodes: NodeWriter) {
    this.#prefixes = prefixes;
    this.#nodes = nodes;
    this.#openOf = Array.from({ length: prefixes.wordCount }, () => new OpenRanges());
  }

  /** The ranges of word `depth` for prefixes that agree in the words before; `inherited` holds them all. Valid until the next call for that word. */
  run(from: number, to: number, depth: number, inherited: number): Ranges {
    const { wordCount, words, lengths } = this.#prefixes;
    const open = this.#openOf[depth];
    if (!open) throw new RangeError(`A prefix has no word ${depth}.`);
    open.reset(inherited);
    for (let at = from; at < to; ) {
      const word = words[at * wordCount + depth] ?? 0;
      const bits = (lengths[at] ?? 0) - depth * WORD_BITS;
      open.closeBefore(word);
      if (bits <= WORD_BITS) {
        open.begin(word, at, lastOf(word, bits));
        at++;
      } else {
        const end = this.#endOfWord(at, to, depth, word);
        open.begin(word, this.#behind(at, end, depth, open.innermost()), word);
        at = end;
      }
    }
    open.closeBefore(2 ** WORD_BITS);
    return open;
  }

  /** What an address in whose word these prefixes agree, and beyond which they all go on, is told there. */
  #behind(from: number, to: number, depth: number, inherited: number): number {
    const isTold = depth === 0 && to - from === 1 && (this.#prefixes.lengths[from] ?? 0) <= 2 * WORD_BITS;
    if (isTold) return from;
    const ranges = this.run(from, to, depth + 1, inherited);
    return this.#nodes.write(ranges, 0, ranges.count, depth + 1);
  }

  /** Behind the last of the prefixes that agree in this word, too. */
  #endOfWord(from: number, to: number, depth: number, word: number): number {
    const { wordCount, words } = this.#prefixes;
    let end = from + 1;
    while (end < to && words[end * wordCount + depth] === word) end++;
    return end;
  }
}

/** Used again and again: its arrays grow, and are never given back before the end. */
class OpenRanges implements Ranges {
  count = 0;
  starts = new Uint32Array(64);
  values = new Int32Array(64);
  readonly #openValues: number[] = [];
  readonly #openEnds: number[] = [];
  #depth = 0;

  reset(inherited: number): void {
    this.count = 0;
    this.#depth = 0;
    this.begin(0, inherited, 0xffffffff);
  }

  innermost(): number {
    return this.#openValues[this.#depth - 1] ?? NO_PREFIX;
  }

  begin(start: number, value: number, end: number): void {
    this.#emit(start, value);
    this.#openValues[this.#depth] = value;
    this.#openEnds[this.#depth] = end;
    this.#depth++;
  }

  /** Behind the end of each range that is over, the one around it goes on. */
  closeBefore(start: number): void {
    while (this.#depth > 1) {
      const end = this.#openEnds[this.#depth - 1] ?? 0;
      if (end >= start) return;
      this.#depth--;
      if (end < 0xffffffff) this.#emit(end + 1, this.innermost());
    }
  }

  /** Of two ranges with the same start the later counts: it is longer, or open again. */
  #emit(start: number, value: number): void {
    const last = this.count - 1;
    if (last >= 0 && this.starts[last] === start) {
      this.values[last] = value;
      return;
    }
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.values[this.count] = value;
    this.count++;
  }

  #grow(): void {
    const [starts, values] = [new Uint32Array(this.count * 2), new Int32Array(this.count * 2)];
    starts.set(this.starts);
    values.set(this.values);
    [this.starts, this.values] = [starts, values];
  }
}

class NodeWriter {
  #nodes: Uint32Array<ArrayBuffer>;
  #used = 0;

  constructor(expected: number) {
    this.#nodes = new Uint32Array(64 + expected);
  }

  /** Writes ranges `from` to before `to`; answers the value that leads there. */
  write({ starts, values }: Ranges, from: number, to: number, word: number): number {
    const node = this.#used / 2;
    this.#reserve((to - from + 1) * 2);
    this.#nodes[this.#used] = nodeHeader(to - from, word);
    this.#used += 2;
    for (let at = from; at < to; at++) {
      this.#nodes[this.#used++] = starts[at] ?? 0;
      this.#nodes[this.#used++] = values[at] ?? 0;
    }
    return -2 - node;
  }

  written(): Uint32Array<ArrayBuffer> {
    return this.#nodes.slice(0, this.#used);
  }

  #reserve(count: number): void {
    if (this.#used + count <= this.#nodes.length) return;
    const larger = new Uint32Array(Math.max(this.#nodes.length * 2, this.#used + count));
    larger.set(this.#nodes);
    this.#nodes = larger;
  }
}

function fillRows(ranges: Ranges, nodes: NodeWriter): Omit<SpreadRanges, 'nodes'> {
  const { starts, values, count } = ranges;
  const rowShift = count > FEW_RANGES ? 16 : 24;
  const rowSize = 2 ** rowShift;
  const bitsOfRow = rowBits(ranges, rowShift);
  let slotCount = 0;
  for (let row = 0; row < bitsOfRow.length; row++) slotCount += 1 << (bitsOfRow[row] ?? 0);
  const slots = new Int32Array(slotCount);
  const rows = new Int32Array(bitsOfRow.length);
  let offset = 0;
  let range = 0;
  const nextStart = (): number => (range + 1 < count ? (starts[range + 1] ?? 0) : BEHIND_ALL);
  for (let row = 0; row < rows.length; row++) {
    const bits = bitsOfRow[row] ?? 0;
    while (nextStart() <= row * rowSize) range++;
    if (bits === 0) {
      // Most rows of a small table: a fill for each would take longer than all the rest.
      rows[row] = rowOf(offset, rowShift);
      slots[offset++] = values[range] ?? NO_PREFIX;
      continue;
    }
    const slotSize = 2 ** (rowShift - bits);
    rows[row] = rowOf(offset, rowShift - bits);
    const rowEnd = offset + (1 << bits);
    let first = row * rowSize;
    while (offset < rowEnd) {
      while (nextStart() <= first) range++;
      const from = range;
      const next = nextStart();
      if (next < first + slotSize) {
        while (nextStart() < first + slotSize) range++;
        slots[offset++] = nodes.write(ranges, from, range + 1, 0);
        first += slotSize;
        continue;
      }
      // Up to the next start all slots are the same.
      const whole = Math.min(rowEnd, offset + Math.floor((next - first) / slotSize));
      slots.fill(values[range] ?? NO_PREFIX, offset, whole);
      first += (whole - offset) * slotSize;
      offset = whole;
    }
  }
  return { rows, rowShift, slots };
}

/** How many of its bits each row tells apart: all that its ranges need, unless few ranges would need many. */
function rowBits({ starts, count }: Ranges, rowShift: number): Uint8Array {
  const bitsOfRow = new Uint8Array(2 ** (WORD_BITS - rowShift));
  for (let at = 0; at < count; ) {
    const row = (starts[at] ?? 0) >>> rowShift;
    let set = 0;
    let inThis = 0;
    for (; at < count && (starts[at] ?? 0) >>> rowShift === row; at++, inThis++) set |= starts[at] ?? 0;
    const inRow = set & (2 ** rowShift - 1);
    const needed = inRow === 0 ? 0 : rowShift - (31 - Math.clz32(inRow & -inRow));
    bitsOfRow[row] = Math.min(needed, 16, Math.max(CHEAP_ROW_BITS, Math.ceil(Math.log2(inThis + 1)) + BITS_BEYOND));
  }
  return bitsOfRow;
}

/** The last address of a prefix that ends within this word. */
const lastOf = (word: number, bits: number): number =>
  bits >= WORD_BITS ? word : bits <= 0 ? 0xffffffff : (word | (0xffffffff >>> bits)) >>> 0;
