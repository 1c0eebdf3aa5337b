/** How much of everything there is. */
export interface Sizes {
  readonly prefixes: number;
  readonly sites: number;
  readonly ocas: number;
  readonly films: number;
  readonly filmMs: number;
  readonly accounts: number;
  /** Plays before anything is measured: the compiler must have seen them often. */
  readonly warmPlays: number;
  /** Plays of each slice; slices take turns. */
  readonly slicePlays: number;
  readonly rounds: number;
  /** How long plays come by themselves, in each state of the region. */
  readonly loadMs: number;
}

export const SIZES = {
  whole: {
    prefixes: 1_000_000,
    sites: 2000,
    ocas: 20_000,
    films: 10_000,
    filmMs: 2 * 3600 * 1000,
    accounts: 50_000,
    warmPlays: 4000,
    slicePlays: 300,
    rounds: 10,
    loadMs: 5000,
  },
  /** A quick look: the same in everything but its numbers; the films keep their length, for it is what answers weigh. */
  small: {
    prefixes: 20_000,
    sites: 40,
    ocas: 400,
    films: 100,
    filmMs: 2 * 3600 * 1000,
    accounts: 1000,
    warmPlays: 4000,
    slicePlays: 200,
    rounds: 7,
    loadMs: 2000,
  },
  /** For the test that the bench itself works. */
  tiny: {
    prefixes: 400,
    sites: 8,
    ocas: 32,
    films: 10,
    filmMs: 60 * 1000,
    accounts: 20,
    warmPlays: 10,
    slicePlays: 10,
    rounds: 2,
    loadMs: 300,
  },
} as const satisfies Record<string, Sizes>;

export const isSizeName = (name: string): name is keyof typeof SIZES => name in SIZES;
