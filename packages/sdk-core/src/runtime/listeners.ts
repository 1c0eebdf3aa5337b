/** Who listens to what, by name. One that stops listening while an event is told is not called any more. */
export class Listeners<E> {
  readonly #byName = new Map<keyof E, Set<(payload: never) => void>>();

  /** Gives the function that ends it. The same function may listen twice. */
  add<K extends keyof E>(name: K, listener: (payload: E[K]) => void): () => void {
    const called = (payload: E[K]): void => listener(payload);
    const all = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, all.add(called));
    return () => void all.delete(called);
  }

  tell<K extends keyof E>(name: K, payload: E[K]): void {
    for (const listener of [...(this.#byName.get(name) ?? [])] as ((payload: E[K]) => void)[]) {
      if (this.#byName.get(name)?.has(listener)) listener(payload);
    }
  }

  clear(): void {
    this.#byName.clear();
  }
}
