/** Up to here copies disturb nobody. */
const QUIET_SHARE = 0.6;
/** What copies leave to those who watch, whatever they have themselves. */
const FULL_SHARE = 0.95;
/** A copy never stands still: whoever gives it would cut it. */
const LEAST_SHARE = 0.05;

export interface CopyPace {
  readonly rateBps: number;
  readonly reason: 'nobody-watches' | 'quiet' | 'viewers-first';
}

/** How fast all copies together may come while this OCA serves viewers. `busiestShare` is that of its worst bottleneck: 1 is all it has. */
export function copyPace(busiestShare: number, viewers: number, capacityBps: number): CopyPace {
  if (viewers === 0) return { rateBps: Number.POSITIVE_INFINITY, reason: 'nobody-watches' };
  if (busiestShare < QUIET_SHARE) return { rateBps: Number.POSITIVE_INFINITY, reason: 'quiet' };
  return { rateBps: capacityBps * Math.max(LEAST_SHARE, FULL_SHARE - busiestShare), reason: 'viewers-first' };
}
