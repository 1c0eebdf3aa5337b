export const PLAY_MS = 20 * 60_000;

/** What the process that simulates is asked for: one play. */
export interface PlayOrder {
  readonly seed: number;
  /** Or with reports every two seconds. */
  readonly isAtRest: boolean;
}

/** What it cost that process, all its threads, from the world's start to the play's end. */
export interface PlayCost {
  readonly cpuS: number;
  readonly wallS: number;
}
