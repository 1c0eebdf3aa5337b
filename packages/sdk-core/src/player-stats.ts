import type { QoeSummary } from '@pressplay/protocol/messages';
import { NO_BYTES } from './delivery/byte-accounts.ts';
import type { PlayerLedger, PlayerState, PlayerStats } from './player-events.ts';
import type { EngineSnapshot } from './ports/media-engine.ts';
import type { RunningPlay } from './runtime/running-play.ts';
import { activePlayOf, rebufferMsOf, type SessionState } from './session/session-state.ts';

/** The ledger before anything was granted. */
export const NO_LEDGER: PlayerLedger = { entries: [], bytes: NO_BYTES, reusedBytes: 0 };

/** Of an engine that is not open. */
export const NOWHERE: EngineSnapshot = { positionMs: 0, bufferAheadMs: 0, paused: true, ended: false };

/** What an app sees of the session: a destroyed player has nothing loaded. */
export function playerStateOf(session: SessionState): PlayerState {
  return session.status === 'destroyed' ? 'idle' : session.status;
}

export function statsOf(now: {
  readonly session: SessionState;
  readonly play: RunningPlay | undefined;
  readonly snapshot: EngineSnapshot;
  readonly qoe: QoeSummary | undefined;
  readonly nowMs: number;
}): PlayerStats {
  const { session, play, snapshot, qoe, nowMs } = now;
  const active = activePlayOf(session);
  return {
    state: playerStateOf(session),
    positionMs: snapshot.positionMs,
    durationMs: play?.presentation.durationMs ?? 0,
    bufferAheadMs: snapshot.bufferAheadMs,
    rebufferCount: active?.rebufferCount ?? 0,
    rebufferMs: rebufferMsOf(session, nowMs),
    ...(active?.startupMs !== undefined && { startupMs: active.startupMs }),
    ...(qoe && { qoe }),
    ...(play ? statsOfPlay(play) : { servers: [], bytes: NO_LEDGER.bytes }),
  };
}

function statsOfPlay(play: RunningPlay): Pick<PlayerStats, 'servers' | 'bytes'> & Partial<PlayerStats> {
  const { delivery, selected, shown, response } = play;
  const ocaId = delivery.currentOcaId();
  const throughputBps = delivery.currentThroughputBps();
  return {
    playId: response.playId,
    region: response.region,
    servers: delivery.servers(),
    bytes: delivery.accounts().bytes,
    limits: play.limits,
    ...(ocaId !== undefined && { ocaId }),
    ...(throughputBps !== undefined && { throughputBps }),
    ...(selected && { renditionId: selected.rendition.renditionId, renditionReason: selected.reason }),
    ...(shown && { shownRenditionId: shown.renditionId }),
  };
}
