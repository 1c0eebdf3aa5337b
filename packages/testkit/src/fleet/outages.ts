/**
 * Failures on purpose that end by themselves: whoever asked for one may die before it is over, and the supervisor still
 * brings the region back.
 */
export class Outages {
  readonly #running = new Map<string, NodeJS.Timeout>();

  /** A new one of the same id takes the place of the one before. */
  begin(id: string, forMs: number, bringBack: () => Promise<void>): void {
    this.end(id);
    const timer = setTimeout(() => {
      this.#running.delete(id);
      // A process that does not start says so among the events of the fleet.
      bringBack().catch(() => undefined);
    }, forMs);
    timer.unref();
    this.#running.set(id, timer);
  }

  /** Somebody else brings it back. */
  end(id: string): void {
    clearTimeout(this.#running.get(id));
    this.#running.delete(id);
  }

  endAll(): void {
    for (const id of [...this.#running.keys()]) this.end(id);
  }
}
