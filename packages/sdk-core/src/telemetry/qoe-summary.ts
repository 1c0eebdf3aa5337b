import type { QoeSummary } from '@pressplay/protocol/messages';
import type { ByteAccounts } from '../delivery/ledger.ts';
import { countTime } from './accumulate-qoe.ts';
import type { QoeState } from './qoe-state.ts';

/** What the delivery counted. */
export interface QoeBytes {
  readonly bytes: ByteAccounts;
  readonly bytesByServer: Readonly<Record<string, number>>;
  readonly droppedFrames?: number | undefined;
}

/** The figures of a play so far: a running stall and the picture on screen are counted up to `nowMs`. */
export function summaryOf(
  state: QoeState,
  { bytes, bytesByServer, droppedFrames }: QoeBytes,
  nowMs: number,
): QoeSummary {
  const { durationsMs, hasStarted, stalls, shownMs, ...counted } = countTime(state, nowMs);
  const { starting, playing, paused, seeking, rebuffering } = durationsMs;
  const movingMs = playing + rebuffering;
  return {
    outcome: counted.outcome,
    elapsedMs: starting + playing + paused + seeking + rebuffering,
    startingMs: starting,
    playingMs: playing,
    pausedMs: paused,
    seekingMs: seeking,
    rebufferMs: rebuffering,
    ...(hasStarted && { startupMs: starting }),
    rebufferCount: stalls.count,
    longestRebufferMs: stalls.longestMs,
    rebufferRatio: movingMs > 0 ? rebuffering / movingMs : 0,
    ...(shownMs > 0 && { averageBps: counted.shownBpsMs / shownMs, averageHeightPx: counted.shownPxMs / shownMs }),
    switchUpCount: counted.switches.up,
    switchDownCount: counted.switches.down,
    switchedBps: counted.switches.totalBps,
    seekCount: counted.seekCount,
    errorCount: counted.errorCount,
    errorCodes: [...counted.errorCodes],
    moves: { ...counted.moves },
    handOvers: { ...counted.handOvers },
    deliveredBytes: bytes.deliveredBytes,
    bytesByServer: { ...bytesByServer },
    wastedBytes: {
      lost: bytes.lostBytes,
      raced: bytes.racedBytes,
      replaced: bytes.replacedBytes,
      probe: bytes.probeBytes,
    },
    ...(droppedFrames !== undefined && { droppedFrames }),
  };
}
