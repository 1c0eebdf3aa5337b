import type { Candidates } from './candidates.ts';
import type { Survey } from './survey.ts';

const WORD_BITS = 32;

/**
 * Which candidates hold which files, a bit a candidate. Files with the same holders share a set; a file's holders are
 * the good ones, or where there is none the spare.
 */
export class FileHolders {
  /** Words of a mask. */
  width = 1;
  setCount = 0;
  /** Of each set its holders. */
  masks = new Int32Array(64);
  /** Of each file its set. */
  setOf = new Int32Array(64);
  #fileCount = 0;
  /** Good and spare candidates that hold anything at all. */
  #good = new Int32Array(2);
  #spare = new Int32Array(2);
  /** Of each file who of those lacks it; of use where somebody holds a part. */
  #lacking = new Int32Array(64);
  #isPartial = false;
  #holders = new Int32Array(2);

  read({ lacks }: Survey, { ocas, count, goodCount }: Candidates, fileCount: number): void {
    this.#begin(count, fileCount);
    for (let at = 0; at < count; at++) {
      const lacked = lacks[ocas[at] ?? 0] ?? [];
      if (lacked.length === fileCount && fileCount > 0) continue;
      const [word, bit] = [at >>> 5, 1 << (at & 31)];
      const of = at < goodCount ? this.#good : this.#spare;
      of[word] = (of[word] ?? 0) | bit;
      if (lacked.length > 0) this.#noteLacking(lacked, word, bit);
    }
  }

  /** Puts the files into sets, of the candidates in `named` alone where that is given. */
  group(named?: Int32Array): void {
    this.setCount = 0;
    if (!this.#isPartial) {
      this.#holdersOf(-1, named);
      this.setOf.fill(this.#setOfHolders(), 0, this.#fileCount);
      return;
    }
    for (let file = 0; file < this.#fileCount; file++) {
      this.#holdersOf(file, named);
      this.setOf[file] = this.#setOfHolders();
    }
  }

  has(set: number, candidate: number): boolean {
    return ((this.masks[set * this.width + (candidate >>> 5)] ?? 0) & (1 << (candidate & 31))) !== 0;
  }

  /** The first holder of a set from this candidate on, or -1. */
  next(set: number, from: number): number {
    let word = from >>> 5;
    if (word >= this.width) return -1;
    let left = (this.masks[set * this.width + word] ?? 0) & (-1 << (from & 31));
    while (left === 0) {
      if (++word >= this.width) return -1;
      left = this.masks[set * this.width + word] ?? 0;
    }
    return word * WORD_BITS + 31 - Math.clz32(left & -left);
  }

  isEmpty(set: number): boolean {
    for (let word = 0; word < this.width; word++) if (this.masks[set * this.width + word] !== 0) return false;
    return true;
  }

  #begin(candidateCount: number, fileCount: number): void {
    const width = Math.max(1, Math.ceil(candidateCount / WORD_BITS));
    this.width = width;
    this.#fileCount = fileCount;
    this.#isPartial = false;
    if (width > this.#good.length) {
      this.#good = new Int32Array(width * 2);
      this.#spare = new Int32Array(width * 2);
      this.#holders = new Int32Array(width * 2);
    }
    this.#good.fill(0, 0, width);
    this.#spare.fill(0, 0, width);
    // No more sets than files; where no file is asked for there is one set of none.
    const room = width * (fileCount + 1);
    if (room > this.masks.length) {
      this.masks = new Int32Array(room * 2);
      this.#lacking = new Int32Array(room * 2);
    }
    if (fileCount > this.setOf.length) this.setOf = new Int32Array(fileCount * 2);
  }

  #noteLacking(lacked: readonly number[], word: number, bit: number): void {
    if (!this.#isPartial) this.#lacking.fill(0, 0, this.width * this.#fileCount);
    this.#isPartial = true;
    for (const file of lacked) {
      const at = file * this.width + word;
      this.#lacking[at] = (this.#lacking[at] ?? 0) | bit;
    }
  }

  /** Into `#holders`. A file of -1 is one that nobody lacks. */
  #holdersOf(file: number, named: Int32Array | undefined): void {
    if (!this.#holdersAmong(this.#good, file, named)) this.#holdersAmong(this.#spare, file, named);
  }

  #holdersAmong(mask: Int32Array, file: number, named: Int32Array | undefined): boolean {
    let found = 0;
    for (let word = 0; word < this.width; word++) {
      const lacking = file < 0 ? 0 : (this.#lacking[file * this.width + word] ?? 0);
      const held = (mask[word] ?? 0) & ~lacking & (named ? (named[word] ?? 0) : -1);
      this.#holders[word] = held;
      found |= held;
    }
    return found !== 0;
  }

  /** The number of the set that `#holders` are, known or new. */
  #setOfHolders(): number {
    const { width } = this;
    for (let set = 0; set < this.setCount; set++) if (this.#isSame(set * width)) return set;
    for (let word = 0; word < width; word++) this.masks[this.setCount * width + word] = this.#holders[word] ?? 0;
    return this.setCount++;
  }

  #isSame(from: number): boolean {
    for (let word = 0; word < this.width; word++) if (this.masks[from + word] !== this.#holders[word]) return false;
    return true;
  }
}
