import type { Clock } from '../ports/clock.ts';

/** Where no media comes, probes are wanted all the more. */
const WITHIN_MS = 300;

/**
 * When probing begins: with the first byte of media, at the latest after a moment. Until then the first requests have
 * the link to themselves; the probes' answers come when the first segment has nearly passed.
 */
export class ProbeStart {
  readonly #clock: Clock;
  readonly #start: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, start: () => void) {
    this.#clock = clock;
    this.#start = start;
  }

  arm(): void {
    this.close();
    this.#cancel = this.#clock.schedule(WITHIN_MS, () => this.mediaCame());
  }

  /** Cheap: told with every chunk. */
  mediaCame(): void {
    if (!this.#cancel) return;
    this.close();
    this.#start();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
