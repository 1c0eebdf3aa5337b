import { type Cmcd, type CmcdObjectTypeList, type CmcdPlayerState, toCmcdValue } from '@svta/cml-cmcd';
import type { Presentation } from '../manifest/presentation.ts';
import type { PlayerState, PlayerStats } from '../player-events.ts';

/** CMCD's word for what the viewer sees. `ready` is still a start to him. */
const STATES: Readonly<Record<PlayerState, CmcdPlayerState>> = {
  idle: 'q',
  loading: 's',
  ready: 's',
  playing: 'p',
  paused: 'a',
  rebuffering: 'r',
  seeking: 'k',
  ended: 'e',
  failed: 'f',
};

/** The keys that every report of a play has. `sf=o`: requests follow the segment index of the play response, no playlist. */
export function playKeys(stats: PlayerStats, presentation: Presentation): Cmcd {
  return {
    v: 2,
    ...(stats.playId !== undefined && { sid: stats.playId }),
    cid: presentation.titleId,
    st: 'v',
    sf: 'o',
    sta: STATES[stats.state],
  };
}

export const kbps = (bps: number): number => Math.round(bps / 1000);

/** A bitrate that says whose it is. */
export const ofType = (bps: number, kind: 'v' | 'a'): CmcdObjectTypeList[number] =>
  toCmcdValue(kbps(bps), kind === 'v' ? { v: true } : { a: true });
