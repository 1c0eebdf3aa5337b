import { WORD_BITS } from './address.ts';
import { NO_PREFIX, nodeHeader, type PackedPrefixes, type PrefixIndex, rowOf } from './prefix-index-shape.ts';

type SpreadRanges = Pick<PrefixIndex, 'rows' | 'rowShift' | 'rowMask' | 'slots' | 'nodes'>;

/** Up to here 256 rows do, beyond 65,536. */
const FEW_RANGES = 2048;
const BEHIND_ALL = Number.POSITIVE_INFINITY;
/** A row this wide costs little; a wider one must be worth it. */
const CHEAP_ROW_BITS = 8;

/** Turns different prefixes, sorted by network and length, into the rows, slots and nodes of an index. */
export function spreadRanges(prefixes: PackedPrefixes): SpreadRanges {
  const nodes = new NodeWriter(prefixes.lengths.length);
  const sweep = new RangeSweep(prefixes, nodes);
  const ranges = sweep.run(0, prefixes.lengths.length, 0, NO_PREFIX);
  const rows = fillRows(ranges, nodes);
  return { ...rows, nodes: nodes.written() };
}

/** Ranges of one word: each begins at its start and ends before the next. */
interface Ranges {
  readonly starts: number[];
  readonly values: number[];
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
        const inner = this.run(at, end, depth + 1, open.innermost());
        open.begin(word, this.#nodes.write(inner, 0, inner.starts.length, depth + 1), word);
        at = end;
      }
    }
    open.closeBefore(2 ** WORD_BITS);
    return open;
  }

  /** Behind the last of the prefixes that agree in this word, too. */
  #endOfWord(from: number, to: number, depth: number, word: number): number {
    const { wordCount, words } = this.#prefixes;
    let end = from + 1;
    while (end < to && words[end * wordCount + depth] === word) end++;
    return end;
  }
}

class OpenRanges implements Ranges {
  readonly starts: number[] = [];
  readonly values: number[] = [];
  readonly #openValues: number[] = [];
  readonly #openEnds: number[] = [];

  reset(inherited: number): void {
    for (const list of [this.starts, this.values, this.#openValues, this.#openEnds]) list.length = 0;
    this.begin(0, inherited, 0xffffffff);
  }

  innermost(): number {
    return this.#openValues.at(-1) ?? NO_PREFIX;
  }

  begin(start: number, value: number, end: number): void {
    this.#emit(start, value);
    this.#openValues.push(value);
    this.#openEnds.push(end);
  }

  /** Behind the end of each range that is over, the one around it goes on. */
  closeBefore(start: number): void {
    while (this.#openEnds.length > 1 && (this.#openEnds.at(-1) ?? 0) < start) {
      const end = this.#openEnds.pop() ?? 0;
      this.#openValues.pop();
      if (end < 0xffffffff) this.#emit(end + 1, this.innermost());
    }
  }

  /** Of two ranges with the same start the later counts: it is longer, or open again. */
  #emit(start: number, value: number): void {
    const last = this.starts.length - 1;
    if (this.starts[last] === start) this.values[last] = value;
    else {
      this.starts.push(start);
      this.values.push(value);
    }
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
  const { starts, values } = ranges;
  const rowShift = starts.length > FEW_RANGES ? 16 : 24;
  const rowSize = 2 ** rowShift;
  const bitsOfRow = rowBits(starts, rowShift);
  const slots = new Int32Array(bitsOfRow.reduce((sum, bits) => sum + 2 ** bits, 0));
  const rows = new Uint32Array(bitsOfRow.length);
  let offset = 0;
  let range = 0;
  let next = starts[1] ?? BEHIND_ALL;
  for (let row = 0; row < rows.length; row++) {
    const bits = bitsOfRow[row] ?? 0;
    const slotSize = 2 ** (rowShift - bits);
    rows[row] = rowOf(offset, rowShift - bits);
    for (let first = row * rowSize; first < (row + 1) * rowSize; first += slotSize) {
      for (; next <= first; next = starts[range + 1] ?? BEHIND_ALL) range++;
      const from = range;
      for (; next < first + slotSize; next = starts[range + 1] ?? BEHIND_ALL) range++;
      slots[offset++] = from === range ? (values[range] ?? NO_PREFIX) : nodes.write(ranges, from, range + 1, 0);
    }
  }
  return { rows, rowShift, rowMask: rowSize - 1, slots };
}

/** How many of its bits each row tells apart: all that its ranges need, unless few ranges would need many. */
function rowBits(starts: readonly number[], rowShift: number): Uint8Array {
  const bitsOfRow = new Uint8Array(2 ** (WORD_BITS - rowShift));
  for (let at = 0; at < starts.length; ) {
    const row = (starts[at] ?? 0) >>> rowShift;
    let set = 0;
    let count = 0;
    for (; at < starts.length && (starts[at] ?? 0) >>> rowShift === row; at++, count++) set |= starts[at] ?? 0;
    const inRow = set & (2 ** rowShift - 1);
    const needed = inRow === 0 ? 0 : rowShift - (31 - Math.clz32(inRow & -inRow));
    bitsOfRow[row] = Math.min(needed, 16, Math.max(CHEAP_ROW_BITS, Math.ceil(Math.log2(count + 1)) + 2));
  }
  return bitsOfRow;
}

/** The last address of a prefix that ends within this word. */
const lastOf = (word: number, bits: number): number =>
  bits >= WORD_BITS ? word : bits <= 0 ? 0xffffffff : (word | (0xffffffff >>> bits)) >>> 0;
