import type { QoeEvent, QoeOutcome, QoePhase, QoeState, QoeStatus, ShownQuality } from './qoe-state.ts';

const MAX_ERROR_CODES = 8;

/** Adds what happened at `nowMs` to the accounts of a play. A clock that steps back counts as standing still. */
export function accumulate(state: QoeState, event: QoeEvent, nowMs: number): QoeState {
  const counted = countTime(state, nowMs);
  switch (event.type) {
    case 'status':
      return enter(counted, event.status, event.wantsPlay);
    case 'shown':
      return { ...counted, shown: event.quality, switches: switchTo(counted, event.quality) };
    case 'moved':
      return { ...counted, moves: plusOne(counted.moves, event.reason) };
    case 'handed-over':
      return { ...counted, handOvers: plusOne(counted.handOvers, event.reason) };
    case 'error':
      return { ...counted, errorCount: counted.errorCount + 1, errorCodes: withCode(counted.errorCodes, event.code) };
  }
}

/** The accounts with the time up to `nowMs` in them. */
export function countTime(state: QoeState, nowMs: number): QoeState {
  const { phase, countedToMs, durationsMs, shown, stalls } = state;
  if (countedToMs === undefined || nowMs <= countedToMs) return state;
  const passedMs = nowMs - countedToMs;
  const counted = {
    ...state,
    countedToMs: nowMs,
    durationsMs: { ...durationsMs, [phase]: durationsMs[phase] + passedMs },
  };
  if (phase === 'rebuffering') {
    const runningMs = stalls.runningMs + passedMs;
    return { ...counted, stalls: { ...stalls, runningMs, longestMs: Math.max(stalls.longestMs, runningMs) } };
  }
  if (phase !== 'playing' || !shown) return counted;
  return {
    ...counted,
    shownMs: state.shownMs + passedMs,
    shownBpsMs: state.shownBpsMs + shown.averageBps * passedMs,
    shownPxMs: state.shownPxMs + (shown.heightPx ?? 0) * passedMs,
  };
}

function enter(state: QoeState, status: QoeStatus, wantsPlay: boolean): QoeState {
  if (state.countedToMs === undefined) return state;
  const hasStarted = state.hasStarted || status === 'playing';
  const phase = phaseOf(status, wantsPlay, hasStarted) ?? state.phase;
  const outcome = outcomeOf(state.outcome, status, hasStarted);
  const isClosed = status === 'idle' || status === 'destroyed' || status === 'failed';
  const entered = { ...state, hasStarted, outcome, countedToMs: isClosed ? undefined : state.countedToMs };
  if (phase === state.phase) return entered;
  return {
    ...entered,
    phase,
    seekCount: state.seekCount + (phase === 'seeking' ? 1 : 0),
    stalls: { ...state.stalls, runningMs: 0, count: state.stalls.count + (phase === 'rebuffering' ? 1 : 0) },
  };
}

/** undefined where time stands still. */
function phaseOf(status: QoeStatus, wantsPlay: boolean, hasStarted: boolean): QoePhase | undefined {
  switch (status) {
    case 'idle':
    case 'destroyed':
    case 'failed':
      return undefined;
    case 'playing':
    case 'rebuffering':
      return status;
    case 'seeking':
      if (hasStarted) return 'seeking';
      break;
    case 'paused':
    case 'ended':
      return 'paused';
  }
  return wantsPlay && !hasStarted ? 'starting' : 'paused';
}

function outcomeOf(before: QoeOutcome, status: QoeStatus, hasStarted: boolean): QoeOutcome {
  if (status === 'ended' || status === 'failed') return status;
  if (status !== 'idle' && status !== 'destroyed') return 'running';
  if (before !== 'running') return before;
  return hasStarted ? 'stopped' : 'abandoned';
}

function switchTo({ shown, switches }: QoeState, next: ShownQuality): QoeState['switches'] {
  if (!shown || shown.renditionId === next.renditionId) return switches;
  const changeBps = next.averageBps - shown.averageBps;
  return {
    up: switches.up + (changeBps > 0 ? 1 : 0),
    down: switches.down + (changeBps > 0 ? 0 : 1),
    totalBps: switches.totalBps + Math.abs(changeBps),
  };
}

const plusOne = (counts: Readonly<Record<string, number>>, reason: string): Readonly<Record<string, number>> => ({
  ...counts,
  [reason]: (counts[reason] ?? 0) + 1,
});

const withCode = (codes: readonly string[], code: string): readonly string[] =>
  codes.includes(code) || codes.length >= MAX_ERROR_CODES ? codes : [...codes, code];
