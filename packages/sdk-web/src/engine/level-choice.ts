import type Hls from 'hls.js';
import { type AbrComponentAPI, Events, type FragLoadedData } from 'hls.js';

/** Asks the core: the level to load next, by its index in `hls.levels`, or -1 while no level is known. */
export type LevelQuestion = () => number;

/**
 * Stands in for hls.js's ABR controller and asks the core instead.
 *
 * hls.js reads `nextAutoLevel` on every tick and writes the same value back at once; its error controller writes
 * another one to force a level. So an equal value changes nothing, and another one holds until a fragment of that
 * level was loaded: an ABR that ignored it would break hls.js's recovery from media errors.
 */
export class LevelChoice implements AbrComponentAPI {
  readonly #hls: Hls;
  readonly #ask: LevelQuestion;
  #lastGiven = -1;
  #forced = -1;

  constructor(hls: Hls, ask: LevelQuestion) {
    this.#hls = hls;
    this.#ask = ask;
    hls.on(Events.FRAG_LOADED, this.#onFragLoaded);
    hls.on(Events.LEVELS_UPDATED, this.#onLevelsUpdated);
  }

  get firstAutoLevel(): number {
    return this.nextAutoLevel;
  }

  get forcedAutoLevel(): number {
    return this.#forced;
  }

  get nextAutoLevel(): number {
    this.#lastGiven = this.#forced === -1 ? this.#ask() : this.#forced;
    return this.#lastGiven;
  }

  set nextAutoLevel(level: number) {
    if (level !== this.#lastGiven) this.#forced = level;
  }

  /** The core estimates throughput; hls.js keeps no estimate. */
  resetEstimator(): void {}

  destroy(): void {
    this.#hls.off(Events.FRAG_LOADED, this.#onFragLoaded);
    this.#hls.off(Events.LEVELS_UPDATED, this.#onLevelsUpdated);
  }

  readonly #onFragLoaded = (_name: Events.FRAG_LOADED, { frag }: FragLoadedData): void => {
    if (frag.type === 'main' && frag.level === this.#forced) this.#forced = -1;
  };

  /** The indices mean other levels now. */
  readonly #onLevelsUpdated = (): void => {
    this.#forced = -1;
    this.#lastGiven = -1;
  };
}
