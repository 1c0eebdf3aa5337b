export interface RateChainConfig {
  /** How far the level of the rate drifts in a second, as a logarithm; with the root of time. */
  readonly drift: number;
  /** For how long it remembers where it was, before it returns to what is expected. */
  readonly memoryS: number;
}

/** Low, expected, high. */
export const LEVELS = 3;
export const EXPECTED_LEVEL = 1;

/**
 * The level of the rate as a Markov chain on three states: the autoregressive process of the config in Rouwenhorst's
 * discretisation, which keeps its spread and its memory exactly (Kopecky, Suen, 2010). A plan that knows it knows that
 * a bad rate lasts, and that it may answer once it has seen one.
 */
export class RateChain {
  /** Of each level, over the expected rate. */
  readonly paces: Float64Array = new Float64Array(LEVELS);
  /** From low or high: to itself, to the expected, to the opposite. */
  stay = 1;
  near = 0;
  far = 0;
  /** From the expected one: to low or to high, to itself. */
  edge = 0;
  middle = 1;
  readonly #config: RateChainConfig;
  #segmentS = 0;
  #count = 0;

  constructor(config: RateChainConfig) {
    this.#config = config;
  }

  /** For steps of so many segments. */
  read(segmentS: number, count: number): void {
    if (segmentS === this.#segmentS && count === this.#count) return;
    this.#segmentS = segmentS;
    this.#count = count;
    const { drift, memoryS } = this.#config;
    const keptByOne = Math.exp(-segmentS / memoryS);
    const kept = keptByOne ** count;
    const away = Math.SQRT2 * drift * Math.sqrt(segmentS / (1 - keptByOne ** 2));
    this.paces.set([Math.exp(-away), 1, Math.exp(away)]);
    const same = (1 + kept) / 2;
    const other = 1 - same;
    this.stay = same * same;
    this.near = 2 * same * other;
    this.far = other * other;
    this.edge = same * other;
    this.middle = 1 - 2 * this.edge;
  }
}
