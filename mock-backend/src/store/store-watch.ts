import type { BackendClock } from '../ports.ts';
import type { Store } from './store.ts';

/** While the store is silent and somebody else is finding out whether it is back. */
export class StoreSilent extends Error {
  override readonly name = 'StoreSilent';
}

/**
 * Notes whether the store answers. Once it failed, one question at a time is put to it and the others fail at once: a
 * database that hangs holds up one request, not all.
 */
export class StoreWatch {
  /** The same store, watched. */
  readonly store: Store;
  readonly #clock: BackendClock;
  #silentSinceMs: number | undefined;
  #isTried = false;

  constructor(store: Store, clock: BackendClock) {
    this.#clock = clock;
    this.store = new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => this.#ask(() => Reflect.apply(value, target, given) as Promise<unknown>);
      },
    });
  }

  /** How long the store has answered nothing, from the first question it failed; undefined while it answers. */
  silentForMs(): number | undefined {
    return this.#silentSinceMs === undefined ? undefined : this.#clock.nowMs() - this.#silentSinceMs;
  }

  /** The store was silent before this process began to ask. */
  noteSilentFor(silentMs: number): void {
    this.#silentSinceMs = this.#clock.nowMs() - silentMs;
  }

  /** The next questions are all put to it, whatever it did before. */
  tryAgain(): void {
    this.#silentSinceMs = undefined;
  }

  async #ask(question: () => Promise<unknown>): Promise<unknown> {
    const tries = this.#silentSinceMs !== undefined;
    if (tries && this.#isTried) throw new StoreSilent('The store does not answer.');
    if (tries) this.#isTried = true;
    try {
      const answer = await question();
      this.#silentSinceMs = undefined;
      return answer;
    } catch (error) {
      if (isAnswer(error)) this.#silentSinceMs = undefined;
      else this.#silentSinceMs ??= this.#clock.nowMs();
      throw error;
    } finally {
      if (tries) this.#isTried = false;
    }
  }
}

/** PostgreSQL's codes, but for those that mean that it is not there, full, ending or broken. */
const ANSWERED = /^(?!08|53|57|58)\d[0-9A-Z]{4}$/;

/** Whether a server refused this question, and so lives. The driver's error may be wrapped. */
export function isAnswer(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause)
    if ('code' in one && typeof one.code === 'string' && ANSWERED.test(one.code)) return true;
  return false;
}
