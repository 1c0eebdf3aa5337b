import { qoeToCmcd } from '@pressplay/protocol/wire';
import type { Cmcd } from '@svta/cml-cmcd';
import type { Presentation } from '../manifest/presentation.ts';
import type { PlayerEvents, PlayerStats } from '../player-events.ts';
import { kbps, ofType, playKeys } from './play-keys.ts';

/** How dear a report is when there is no room: the lowest is dropped first, `lasting` never. */
export type ReportWorth = 'interval' | 'response' | 'change' | 'lasting';

export interface EventReport {
  readonly worth: ReportWorth;
  readonly keys: Cmcd;
  /** Sent at once, with all that waits. */
  readonly isUrgent?: boolean;
  /** Replaces an earlier one of this name that still waits. */
  readonly replaces?: string;
}

type Told = { readonly [K in keyof PlayerEvents]: readonly [name: K, payload: PlayerEvents[K]] }[keyof PlayerEvents];

/** What an event of the player is in CMCD; undefined where it is nothing to report. */
export function eventReport(...[name, payload]: Told): EventReport | undefined {
  switch (name) {
    case 'state':
      return { worth: 'change', keys: { e: 'ps' }, isUrgent: payload.from === 'ready' && payload.to === 'playing' };
    case 'rendition-shown':
      return { worth: 'change', keys: { e: 'bc' } };
    case 'error':
      return { worth: 'lasting', keys: { e: 'e', ec: [payload.error.code] }, isUrgent: true };
    case 'server-changed':
      return { worth: 'change', keys: custom('server-changed', payload) };
    case 'hand-over':
      return { worth: 'change', keys: custom('hand-over', payload) };
    case 'play-ended':
      return { ...qoeReport(payload.qoe), isUrgent: true };
    default:
      return undefined;
  }
}

/** All figures of the play so far. */
export function qoeReport(qoe: NonNullable<PlayerStats['qoe']>): EventReport {
  const { errorCodes } = qoe;
  const keys: Cmcd = { e: 'ce', cen: 'qoe', ...qoeToCmcd(qoe), ...(errorCodes.length > 0 && { ec: [...errorCodes] }) };
  return { worth: 'lasting', replaces: 'qoe', keys };
}

/** The keys that every event has beside its own. */
export function situationKeys(stats: PlayerStats, presentation: Presentation, wallMs: number): Cmcd {
  const shown = presentation.video.find(({ renditionId }) => renditionId === stats.shownRenditionId);
  const { qoe, ocaId, throughputBps } = stats;
  return {
    ...playKeys(stats, presentation),
    ts: Math.round(wallMs),
    ...(stats.state !== 'idle' && { pt: Math.round(stats.positionMs), bl: [stats.bufferAheadMs] }),
    ...(ocaId !== undefined && { cdn: ocaId }),
    ...(throughputBps !== undefined && { mtp: [kbps(throughputBps)] }),
    ...(shown && { br: [ofType(shown.peakBps, 'v')] }),
    ...(qoe && { bsa: [qoe.rebufferCount], bsda: [Math.round(qoe.rebufferMs)] }),
    ...(qoe?.droppedFrames !== undefined && { dfa: qoe.droppedFrames }),
  };
}

function custom(name: string, move: { readonly from?: string; readonly to: string; readonly reason: string }): Cmcd {
  return {
    e: 'ce',
    cen: name,
    cdn: move.to,
    'dev.pressplay-reason': move.reason,
    ...(move.from !== undefined && { 'dev.pressplay-from': move.from }),
  };
}
