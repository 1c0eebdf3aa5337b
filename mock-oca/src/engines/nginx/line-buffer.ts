const FIRST_BYTES = 64 * 1024;
/** What is put in between two looks at the room left. */
const SLACK_BYTES = 64;
const BILLION = 1e9;

/** Lines of ASCII put together byte by byte: for a thousand lines strings that are joined cost four times as much. */
export class LineBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  text(text: string): void {
    this.#make(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.#length = at;
  }

  /** Of a whole number that is not negative. */
  number(value: number): void {
    this.#make(SLACK_BYTES);
    // What fits 32 bits is divided ten times as fast.
    if (value < BILLION) this.#digits(value, 1);
    else {
      const billions = Math.floor(value / BILLION);
      this.#digits(billions, 1);
      this.#digits(value - billions * BILLION, 9);
    }
  }

  #digits(value: number, fewest: number): void {
    const bytes = this.#bytes;
    let count = 1;
    for (let rest = (value / 10) | 0; rest > 0; rest = (rest / 10) | 0) count++;
    if (count < fewest) count = fewest;
    const first = this.#length;
    let rest = value | 0;
    for (let at = first + count - 1; at >= first; at--) {
      const higher = (rest / 10) | 0;
      bytes[at] = 48 + rest - 10 * higher;
      rest = higher;
    }
    this.#length = first + count;
  }

  /** What was put in between these two lengths, once more. */
  again(from: number, to: number): void {
    this.#make(to - from);
    this.#bytes.copyWithin(this.#length, from, to);
    this.#length += to - from;
  }

  /** Everything, and begins anew. */
  take(): string {
    const text = this.#bytes.toString('latin1', 0, this.#length);
    this.#length = 0;
    return text;
  }

  #make(room: number): void {
    if (this.#length + room <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + room));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
