import type { Transfer } from '../browser/transfers.ts';

/** Where a play was at a moment. */
export interface Moment {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly positionS: number;
  readonly bufferedS: number;
  readonly ended: boolean;
}

/** A running play, seen from outside: whichever player it is. */
export interface WatchedPlay {
  /** Kept current while requests run. */
  readonly transfers: readonly Transfer[];
  now(): Promise<Moment>;
  /** One each 50 ms since the start. */
  moments(): Promise<readonly Moment[]>;
  /** What the player reported as the end of the play. */
  failures(): Promise<readonly string[]>;
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

/** What every player may buffer: once full, each next segment is asked for with 7 to 9 s at hand. */
export const BUFFER_GOAL_S = 9;
