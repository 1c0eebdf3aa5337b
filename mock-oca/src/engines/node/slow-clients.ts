const SWEEP_MS = 5000;

/** Cuts connections whose client takes nothing for too long. One timer for all of them. */
export class SlowClients {
  readonly #limitMs: number;
  readonly #waiting = new Map<object, { readonly sinceMs: number; readonly cut: () => void }>();
  readonly #timer: NodeJS.Timeout;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#timer = setInterval(() => this.#sweep(), Math.min(SWEEP_MS, limitMs));
    this.#timer.unref();
  }

  /** The client has been given bytes and must take them. */
  waitsFor(key: object, cut: () => void): void {
    this.#waiting.set(key, { sinceMs: performance.now(), cut });
  }

  took(key: object): void {
    this.#waiting.delete(key);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const [key, { sinceMs, cut }] of this.#waiting) {
      if (nowMs - sinceMs < this.#limitMs) continue;
      this.#waiting.delete(key);
      cut();
    }
  }
}
