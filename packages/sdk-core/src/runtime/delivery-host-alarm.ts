/** A server that fails one range is news for all others that wait for it. */
export class HostAlarm {
  readonly #listeners = new Set<(ocaId: string) => void>();

  /** Gives a function that ends it. */
  listen(listener: (ocaId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  raise(ocaId: string): void {
    for (const listener of [...this.#listeners]) listener(ocaId);
  }
}
