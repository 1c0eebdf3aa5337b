import type { Measurement } from './rate-belief.ts';

/** A server fell in pace, and another one was asked: whether that does better shows whose fault it is. */
export interface Slump {
  readonly ocaId: string;
  readonly bps: number;
  readonly atMs: number;
  /** Asked beside it for a piece: it was not left. */
  readonly otherId?: string;
}

/** The other one has delivered for this long. */
const TELLING_MS = 300;
/** The other one must be this many times as fast. */
const BETTER = 1.3;

/** So far below what is usual. */
const FALLEN = 0.7;

export const isSlump = (quickBps: number, usualBps: number): boolean => quickBps < usualBps * FALLEN;

export const isNoBetter = ({ bps }: Slump, otherBps: number): boolean => otherBps < bps * BETTER;

/** undefined while it cannot be told. */
export function slumpOfLink(slump: Slump, { quickBps, sampledAtMs = 0 }: Measurement): boolean | undefined {
  return quickBps === undefined || sampledAtMs < slump.atMs + TELLING_MS ? undefined : isNoBetter(slump, quickBps);
}

/** How probable it is that a slump is the link's, by those seen so far. */
export function linkShareAfter(ofLink: number, ofServer: number): number {
  return (1 + ofLink) / (2 + ofLink + ofServer);
}
