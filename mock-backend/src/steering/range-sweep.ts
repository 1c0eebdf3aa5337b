import { WORD_BITS } from '@pressplay/protocol/routes';
import type { NodeWriter, Ranges } from './node-writer.ts';
import { NO_PREFIX, type PackedPrefixes } from './prefix-index-shape.ts';

/** A stack holds the prefixes that are open at the word the sweep has reached. What goes on within one word is a node. */
export class RangeSweep {
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
    return this.#nodes.writeWord(ranges);
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

/** The last address of a prefix that ends within this word. */
const lastOf = (word: number, bits: number): number =>
  bits >= WORD_BITS ? word : bits <= 0 ? 0xffffffff : (word | (0xffffffff >>> bits)) >>> 0;
