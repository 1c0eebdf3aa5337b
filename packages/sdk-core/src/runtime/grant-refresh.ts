import { refreshDelayMs } from '../playback-api/refresh-delay.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

export interface GrantRefreshDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Nobody is steered while nothing plays: what comes due then waits for `resumed`. */
  readonly isPlaying: () => boolean;
  readonly refresh: () => void;
}

/** Says when the grant of a play is to be asked for again: at the time it names, and after failures again and again. */
export class GrantRefresh {
  readonly #deps: GrantRefreshDeps;
  #refreshInMs: number | undefined;
  #failures = 0;
  #isDue = false;
  #isClosed = false;
  #cancelTimer: () => void = () => {};

  constructor(deps: GrantRefreshDeps) {
    this.#deps = deps;
  }

  granted(refreshInMs: number | undefined): void {
    this.#refreshInMs = refreshInMs;
    this.#failures = 0;
    this.#plan();
  }

  failed(): void {
    this.#failures++;
    this.#plan();
  }

  resumed(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#deps.refresh();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
  }

  #plan(): void {
    this.#cancelTimer();
    this.#isDue = false;
    const { clock, random } = this.#deps;
    const delayMs = refreshDelayMs({ refreshInMs: this.#refreshInMs, failures: this.#failures }, random());
    if (delayMs === undefined || this.#isClosed) return;
    this.#cancelTimer = clock.schedule(delayMs, () => {
      this.#isDue = true;
      if (this.#deps.isPlaying()) this.resumed();
    });
  }
}
