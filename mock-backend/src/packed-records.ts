/** Records that are looked at together for a key. */
const WAYS = 8;
const FIRST_SETS = 32;
/** Before its fields a record has its key, as two words in the place of one number, and when it was last asked for. */
const [KEY, USED, FIELDS] = [0, 1, 2] as const;

/**
 * A bounded number of records of numbers, found by a key of 64 bits, side by side in one piece of memory: as objects a
 * hundred thousand of them would be walked over by each collection of garbage, and lie far from each other. Where there is
 * no room for one more, the one among eight that was not asked for longest goes.
 */
export class PackedRecords {
  /** The fields of all records; `find` and `put` say where those of one are. True until the next `put`. */
  values: Float64Array<ArrayBuffer>;
  size = 0;
  readonly #recordSize: number;
  readonly #mostSets: number;
  #words: Uint32Array<ArrayBuffer>;
  #sets: number;
  #uses = 0;

  /** `mostRecords`: a power of two from 256 on. */
  constructor(fieldCount: number, mostRecords: number) {
    this.#recordSize = FIELDS + fieldCount;
    this.#mostSets = mostRecords / WAYS;
    this.#sets = FIRST_SETS;
    this.values = new Float64Array(this.#sets * WAYS * this.#recordSize);
    this.#words = new Uint32Array(this.values.buffer);
  }

  /** Where the fields of this key's record begin, or -1. */
  find(high: number, low: number): number {
    const at = this.#placeOf(high, low);
    if (at < 0) return -1;
    this.values[at + USED] = ++this.#uses;
    return at + FIELDS;
  }

  /** The same for a key that was not found. The fields are still those of the record that went for it; of none, zeros. */
  put(high: number, low: number): number {
    if (this.#sets < this.#mostSets && this.size * 2 >= this.#sets * WAYS) this.#grow();
    const at = this.#longestUnused(this.#setOf(high, low));
    if (this.values[at + USED] === 0) this.size++;
    this.#writeKey(at, high, low);
    this.values[at + USED] = ++this.#uses;
    return at + FIELDS;
  }

  #placeOf(high: number, low: number): number {
    const words = this.#words;
    const recordSize = this.#recordSize;
    let at = this.#setOf(high, low);
    for (const end = at + WAYS * recordSize; at < end; at += recordSize) {
      if (words[at * 2] !== low || words[at * 2 + 1] !== high) continue;
      if (this.values[at + USED] !== 0) return at;
    }
    return -1;
  }

  /** Free ones were never used. */
  #longestUnused(from: number): number {
    let longest = from;
    for (let at = from; at < from + WAYS * this.#recordSize; at += this.#recordSize)
      if ((this.values[at + USED] ?? 0) < (this.values[longest + USED] ?? 0)) longest = at;
    return longest;
  }

  #setOf(high: number, low: number): number {
    let mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) & (this.#sets - 1)) * WAYS * this.#recordSize;
  }

  #writeKey(at: number, high: number, low: number): void {
    this.#words[at * 2 + KEY] = low;
    this.#words[at * 2 + KEY + 1] = high;
  }

  /** Each set becomes two: there is room for all. */
  #grow(): void {
    const [before, words] = [this.values, this.#words];
    this.#sets *= 2;
    this.values = new Float64Array(before.length * 2);
    this.#words = new Uint32Array(this.values.buffer);
    for (let at = 0; at < before.length; at += this.#recordSize) {
      if (before[at + USED] === 0) continue;
      const to = this.#longestUnused(this.#setOf(words[at * 2 + 1] ?? 0, words[at * 2] ?? 0));
      this.values.set(before.subarray(at + USED, at + this.#recordSize), to + USED);
      this.#writeKey(to, words[at * 2 + 1] ?? 0, words[at * 2] ?? 0);
    }
  }
}
