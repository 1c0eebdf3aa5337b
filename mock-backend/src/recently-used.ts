/**
 * What was computed for a key, as long as there is room: in two halves of which the older goes when the newer is full. Cheaper
 * to ask than a list in the order of use, and bounded as well.
 */
export class RecentlyUsed<K, V> {
  readonly #inHalf: number;
  #recent = new Map<K, V>();
  #older = new Map<K, V>();

  constructor(inHalf: number) {
    this.#inHalf = inHalf;
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /** Found in the older half it moves to the newer one. */
  get(key: K): V | undefined {
    const value = this.#recent.get(key);
    if (value !== undefined || this.#older.size === 0) return value;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: K, value: V): void {
    if (this.#recent.size >= this.#inHalf && !this.#recent.has(key)) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
  }
}
