import type { Outlet } from './outlet.ts';

const LATE_AFTER_MS = 10;

/**
 * Heads whose first bytes are being read. Mostly those come at once and go out with the head; where a disk takes its time,
 * the head does not wait for it. One timer for all.
 */
export class LateHeads {
  #waiting = new Set<Outlet>();
  #timer: NodeJS.Timeout | undefined;

  async during<T>(outlet: Outlet, work: Promise<T>): Promise<T> {
    this.#waiting.add(outlet);
    this.#timer ??= setTimeout(() => this.#flush(), LATE_AFTER_MS);
    try {
      return await work;
    } finally {
      this.#waiting.delete(outlet);
    }
  }

  #flush(): void {
    this.#timer = undefined;
    const late = [...this.#waiting];
    this.#waiting.clear();
    for (const outlet of late) outlet.flushHead();
  }
}
