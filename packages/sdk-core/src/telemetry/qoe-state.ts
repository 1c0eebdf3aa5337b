/** What a viewer lives through at a moment. Every moment of a play belongs to one of these. */
export type QoePhase = 'starting' | 'playing' | 'paused' | 'seeking' | 'rebuffering';

export type QoeOutcome = 'running' | 'ended' | 'stopped' | 'failed' | 'abandoned';

/** What is on screen. */
export interface ShownQuality {
  readonly renditionId: string;
  readonly averageBps: number;
  readonly heightPx?: number;
}

export interface QoeState {
  readonly phase: QoePhase;
  /** Until when durations are in the accounts; undefined once the play is closed and its time stands still. */
  readonly countedToMs: number | undefined;
  readonly outcome: QoeOutcome;
  readonly hasStarted: boolean;
  readonly durationsMs: Readonly<Record<QoePhase, number>>;
  readonly stalls: { readonly count: number; readonly longestMs: number; readonly runningMs: number };
  readonly shown?: ShownQuality;
  /** Playing time with a known quality, and that quality weighted by it. */
  readonly shownMs: number;
  readonly shownBpsMs: number;
  readonly shownPxMs: number;
  readonly switches: { readonly up: number; readonly down: number; readonly totalBps: number };
  readonly seekCount: number;
  readonly errorCount: number;
  readonly errorCodes: readonly string[];
  readonly moves: Readonly<Record<string, number>>;
  readonly handOvers: Readonly<Record<string, number>>;
}

/** `status` is that of the session; `wantsPlay` tells a start that is waited for from one that is not wanted yet. */
export type QoeEvent =
  | { readonly type: 'status'; readonly status: QoeStatus; readonly wantsPlay: boolean }
  | { readonly type: 'shown'; readonly quality: ShownQuality }
  | { readonly type: 'moved' | 'handed-over'; readonly reason: string }
  | { readonly type: 'error'; readonly code: string };

export type QoeStatus =
  | 'idle'
  | 'destroyed'
  | 'loading'
  | 'ready'
  | 'playing'
  | 'paused'
  | 'rebuffering'
  | 'seeking'
  | 'ended'
  | 'failed';

/** A play that is asked for now. */
export function startQoe(nowMs: number): QoeState {
  return {
    phase: 'starting',
    countedToMs: nowMs,
    outcome: 'running',
    hasStarted: false,
    durationsMs: { starting: 0, playing: 0, paused: 0, seeking: 0, rebuffering: 0 },
    stalls: { count: 0, longestMs: 0, runningMs: 0 },
    shownMs: 0,
    shownBpsMs: 0,
    shownPxMs: 0,
    switches: { up: 0, down: 0, totalBps: 0 },
    seekCount: 0,
    errorCount: 0,
    errorCodes: [],
    moves: {},
    handOvers: {},
  };
}
