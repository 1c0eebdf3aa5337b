/** Different unsigned 32-bit numbers in ascending order, packed: one that is larger than all others is added at no cost. */
export class SortedNumbers {
  #items = new Uint32Array(4);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  add(number: number): void {
    const place = this.#placeOf(number);
    if (place < this.#count && this.#items[place] === number) return;
    if (this.#count === this.#items.length) this.#grow();
    this.#items.copyWithin(place + 1, place, this.#count);
    this.#items[place] = number;
    this.#count++;
  }

  remove(number: number): void {
    const place = this.#placeOf(number);
    if (place === this.#count || this.#items[place] !== number) return;
    this.#items.copyWithin(place, place + 1, this.#count);
    this.#count--;
  }

  at(place: number): number {
    if (place >= this.#count) throw new RangeError(`There are ${this.#count} numbers, none at ${place}.`);
    return this.#items[place] ?? 0;
  }

  /** Of the first that is not less. */
  #placeOf(number: number): number {
    if (this.#count === 0 || (this.#items[this.#count - 1] ?? 0) < number) return this.#count;
    let [low, high] = [0, this.#count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const larger = new Uint32Array(Math.ceil(this.#items.length * 1.5));
    larger.set(this.#items);
    this.#items = larger;
  }
}
