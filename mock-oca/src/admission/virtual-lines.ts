/** When each line would be free, on `nowMs`' clock: of one thread, or of several that share them. */
export interface VirtualLines {
  freeAtMs(line: number): number;
  /** So much more stands in the line; never beyond `mostMs`. */
  add(line: number, tookMs: number, nowMs: number, mostMs: number): void;
}

/** Of one thread. */
export class OwnLines implements VirtualLines {
  readonly #freeAtMs: Float64Array;

  constructor(count: number) {
    this.#freeAtMs = new Float64Array(count);
  }

  freeAtMs(line: number): number {
    return this.#freeAtMs[line] ?? 0;
  }

  add(line: number, tookMs: number, nowMs: number, mostMs: number): void {
    this.#freeAtMs[line] = Math.min(Math.max(nowMs, this.#freeAtMs[line] ?? 0) + tookMs, mostMs);
  }
}

const US_PER_MS = 1000;

/** Of several threads, without a lock: one that dies in the middle leaves nothing locked. */
export class SharedLines implements VirtualLines {
  readonly #freeAtUs: BigInt64Array;

  constructor(memory: SharedArrayBuffer, byteOffset: number, count: number) {
    this.#freeAtUs = new BigInt64Array(memory, byteOffset, count);
  }

  freeAtMs(line: number): number {
    return Number(Atomics.load(this.#freeAtUs, line)) / US_PER_MS;
  }

  add(line: number, tookMs: number, nowMs: number, mostMs: number): void {
    for (;;) {
      const before = Atomics.load(this.#freeAtUs, line);
      const freeAtMs = Math.min(Math.max(nowMs, Number(before) / US_PER_MS) + tookMs, mostMs);
      const after = BigInt(Math.round(freeAtMs * US_PER_MS));
      if (Atomics.compareExchange(this.#freeAtUs, line, before, after) === before) return;
    }
  }
}
