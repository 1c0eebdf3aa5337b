/** The part of `AbortSignal` that the core needs. Native signals satisfy it; old sets have none, so the core has its own. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Cancels what listens to its signal, once. */
export class CancelController implements CancelSignal {
  readonly #listeners = new Set<() => void>();
  #aborted = false;

  get signal(): CancelSignal {
    return this;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  cancel(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}

/** Where nobody can cancel. */
export const NEVER_CANCELLED: CancelSignal = new CancelController().signal;
