import type { PathwayReport } from '@pressplay/protocol/messages';

/** So many OCAs that all seem slow say that the line is slow: there is nothing more to learn by trying another. */
const TRIED_ENOUGH = 3;
/** Of the best that the player measured; above it a difference is chance. */
const AS_GOOD_AS_THE_BEST = 0.7;

const NONE: ReadonlySet<string> = new Set();

/**
 * Which OCAs to put behind the others for a player that measured them: those that did not give what the play may need,
 * while others are untried, or where another one gave clearly more. A player on a slow line finds all of them slow;
 * after a few it is left where the network says, instead of being sent around.
 */
export function slowOcas(reports: readonly PathwayReport[] | undefined, playBps: number): ReadonlySet<string> {
  if (!reports || reports.length === 0) return NONE;
  const bestBps = Math.max(...reports.map(({ throughputBps }) => throughputBps));
  const isSlow = ({ throughputBps }: PathwayReport): boolean =>
    throughputBps < playBps && (reports.length < TRIED_ENOUGH || throughputBps < bestBps * AS_GOOD_AS_THE_BEST);
  return new Set(reports.filter(isSlow).map(({ ocaId }) => ocaId));
}
