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
  /** [from][to] */
  readonly chances: Float64Array = new Float64Array(LEVELS * LEVELS);
  readonly #config: RateChainConfig;
  #stepS = 0;

  constructor(config: RateChainConfig) {
    this.#config = config;
  }

  /** For steps of so many seconds. */
  read(stepS: number): void {
    if (stepS === this.#stepS) return;
    this.#stepS = stepS;
    const { drift, memoryS } = this.#config;
    const kept = Math.exp(-stepS / memoryS);
    const away = Math.SQRT2 * drift * Math.sqrt(stepS / (1 - kept * kept));
    this.paces.set([Math.exp(-away), 1, Math.exp(away)]);
    const stay = (1 + kept) / 2;
    const leave = 1 - stay;
    const both = stay * leave;
    this.chances.set([
      ...[stay * stay, 2 * both, leave * leave],
      ...[both, stay * stay + leave * leave, both],
      ...[leave * leave, 2 * both, stay * stay],
    ]);
  }
}
