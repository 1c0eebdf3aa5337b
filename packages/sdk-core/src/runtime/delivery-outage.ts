/**
 * What all ranges of a play know together of the network: while nobody answers, each waits by itself; the first answer
 * to any of them wakes them all.
 */
export class Outage {
  readonly #onOver: (sinceMs: number) => void;
  #sinceMs: number | undefined;
  #wake: () => void = () => {};
  #over: Promise<void> = Promise.resolve();

  /** `onOver` hears when the silence began. */
  constructor(onOver: (sinceMs: number) => void) {
    this.#onOver = onOver;
  }

  /** In a whole round nobody has answered. */
  silentSince(sinceMs: number): void {
    if (this.#sinceMs === undefined) this.#over = new Promise((resolve) => (this.#wake = resolve));
    this.#sinceMs = Math.min(this.#sinceMs ?? sinceMs, sinceMs);
  }

  /** A server gave a sign of life. */
  heard(): void {
    if (this.#sinceMs === undefined) return;
    this.#onOver(this.#sinceMs);
    this.#sinceMs = undefined;
    this.#wake();
  }

  get isOver(): boolean {
    return this.#sinceMs === undefined;
  }

  /** Resolves with the next sign of life. */
  get over(): Promise<void> {
    return this.#over;
  }
}
