/**
 * Hands out messages in order. What is posted while something is held back or handed out waits its turn, so that a
 * listener that causes further messages never makes others see them in a different order.
 */
export class EventOutbox<M> {
  readonly #deliver: (message: M) => void;
  readonly #waiting: M[] = [];
  #holds = 0;

  constructor(deliver: (message: M) => void) {
    this.#deliver = deliver;
  }

  post(message: M): void {
    this.#waiting.push(message);
    if (this.#holds === 0) this.#flush();
  }

  /** Runs `work` to its end before anything posted in it is handed out. */
  hold(work: () => void): void {
    this.#holds++;
    try {
      work();
    } finally {
      this.#holds--;
    }
    if (this.#holds === 0) this.#flush();
  }

  #flush(): void {
    this.#holds++;
    try {
      for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift())
        this.#deliver(message);
    } finally {
      this.#holds--;
    }
  }
}
