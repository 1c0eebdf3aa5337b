import { isFillPlayId } from '@pressplay/protocol/wire';

/** What a request is for, the first to be refused first. */
export type WorkKind = 'prefetch' | 'fill' | 'new-play' | 'running-play';

/** CMCD's `nr` (CTA-5004-A), as it stands in a query: nobody will see these bytes. */
const NOBODY_WATCHES = /[?&]CMCD=(?:[^&]*(?:,|%2C))?nr(?:,|%2C|&|$)/i;

/** `isRunning` says whether this OCA has served the play of late. */
export function workKind(playId: string, target: string, isRunning: (playId: string) => boolean): WorkKind {
  // Most requests carry no CMCD: those cost a look at the address.
  if (target.includes('CMCD=') && NOBODY_WATCHES.test(target)) return 'prefetch';
  if (isFillPlayId(playId)) return 'fill';
  return isRunning(playId) ? 'running-play' : 'new-play';
}
