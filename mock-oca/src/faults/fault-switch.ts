import type { Fault } from '@pressplay/protocol/messages';

/** The faults that are on. Running responses listen, so that a change reaches them too. */
export class FaultSwitch {
  #faults: readonly Fault[] = [];
  readonly #listeners = new Set<() => void>();

  get current(): readonly Fault[] {
    return this.#faults;
  }

  set(faults: readonly Fault[]): void {
    this.#faults = faults;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Returns a function that ends the subscription. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
