import type { BackendClock, Log } from '../ports.ts';

export interface RegionLoadDeps {
  readonly clock: BackendClock;
  readonly log: Log;
  /** Reads all from the store; again, where this region answers from a snapshot already. */
  readonly load: (isAgain: boolean) => Promise<void>;
  /** Takes the snapshot of an earlier process, if there is one that may be used. */
  readonly restore: () => Promise<boolean>;
}

const LOAD_AGAIN_AFTER_MS = 500;
/** Where plays can begin meanwhile, there is no hurry. */
const RESTORED_AGAIN_AFTER_MS = 2000;

/** Gives a region something to answer with: what the store has, or, while it does not answer, the last snapshot. */
export class RegionLoad {
  readonly #deps: RegionLoadDeps;
  #isLoaded = false;
  #isRestored = false;
  #running: Promise<void> | undefined;
  #nextAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: RegionLoadDeps) {
    this.#deps = deps;
  }

  /** This process has a snapshot of an earlier one, and has not read the store since. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** All of the store was read: nothing is left to attempt. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Loads or restores. Fails as the store did where neither worked. */
  required(): Promise<void> {
    if (this.#isLoaded || this.#isRestored) return Promise.resolve();
    this.#running ??= this.#loadOrRestore().finally(() => this.#rest(LOAD_AGAIN_AFTER_MS));
    return this.#running;
  }

  /** Whether there is something to answer with. A failed attempt is repeated by a later request, not by a timer. */
  async attempt(): Promise<boolean> {
    if (this.#isLoaded) return true;
    const isDue = this.#running !== undefined || this.#deps.clock.nowMs() >= this.#nextAtMs;
    if (this.#isRestored) {
      if (isDue) this.#loadBeside();
      return true;
    }
    if (!isDue) return false;
    await this.required().catch((error) => this.#warn('not loaded yet: the store does not answer', error));
    return this.#isLoaded || this.#isRestored;
  }

  async #loadOrRestore(): Promise<void> {
    try {
      await this.#deps.load(false);
      this.#isLoaded = true;
    } catch (error) {
      if (!(await this.#deps.restore())) throw error;
      this.#isRestored = true;
      this.#warn('started from the snapshot on disk: the store does not answer', error);
    }
  }

  #loadBeside(): void {
    if (this.#running) return;
    this.#running = this.#deps
      .load(true)
      .then(
        () => {
          this.#isLoaded = true;
          this.#isRestored = false;
          this.#deps.log('info', 'the store was read: the snapshot on disk is not needed any more', {});
        },
        (error) => this.#warn('still from the snapshot on disk: the store does not answer', error),
      )
      .finally(() => this.#rest(RESTORED_AGAIN_AFTER_MS));
  }

  #rest(forMs: number): void {
    this.#running = undefined;
    this.#nextAtMs = this.#deps.clock.nowMs() + forMs;
  }

  #warn(message: string, error: unknown): void {
    this.#deps.log('warn', message, { error: String(error) });
  }
}
