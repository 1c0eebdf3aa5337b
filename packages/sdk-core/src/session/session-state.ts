import type { PlayerError } from '../errors/player-error.ts';

/** One play, from the grant on. */
export interface ActivePlay {
  readonly titleId: string;
  readonly durationMs: number;
  /** What the viewer wants: engines pause and wait on their own account as well. */
  readonly wantsPlay: boolean;
  readonly loadedAtMs: number;
  /** From the load to the first picture that moved; absent until then. */
  readonly startupMs?: number;
  readonly rebufferCount: number;
  /** Finished rebuffers only. */
  readonly rebufferMs: number;
  /** How often other bytes may still be tried after a decode error. */
  readonly decodeRetriesLeft: number;
}

/** What is to be played, and where from. */
export interface PlayWish {
  readonly titleId: string;
  readonly startAtMs: number;
  readonly wantsPlay: boolean;
}

export type ActiveStatus = 'ready' | 'playing' | 'paused' | 'seeking' | 'ended';

export type SessionState =
  | { readonly status: 'idle' | 'destroyed' }
  | ({ readonly status: 'loading'; readonly loadedAtMs: number } & PlayWish)
  | { readonly status: ActiveStatus; readonly play: ActivePlay }
  | { readonly status: 'rebuffering'; readonly sinceMs: number; readonly play: ActivePlay }
  | {
      readonly status: 'failed';
      readonly error: PlayerError;
      /** What a retry asks for. */
      readonly again: PlayWish;
      readonly play?: ActivePlay;
    };

export type EngineMoment =
  | 'engine-playing'
  | 'engine-waiting'
  | 'engine-paused'
  | 'engine-seeking'
  | 'engine-seeked'
  | 'engine-ended';

export type SessionEvent =
  | {
      readonly type: 'load';
      readonly titleId: string;
      readonly startAtMs: number;
      readonly autoplay: boolean;
      readonly nowMs: number;
    }
  | { readonly type: 'granted'; readonly durationMs: number }
  | { readonly type: 'load-failed'; readonly error: PlayerError }
  | { readonly type: 'play' | 'stop' | 'destroy' }
  | { readonly type: 'pause' | 'retry'; readonly nowMs: number }
  | { readonly type: 'seek'; readonly positionMs: number; readonly nowMs: number }
  | { readonly type: EngineMoment; readonly nowMs: number }
  | {
      readonly type: 'engine-failed';
      readonly cause: 'decode' | 'unsupported' | 'fetch';
      readonly error: unknown;
      readonly positionMs: number;
      readonly nowMs: number;
    };

export type EventOf<T extends SessionEvent['type']> = SessionEvent & { readonly type: T };

export type SessionEffect =
  | { readonly type: 'request-play'; readonly titleId: string }
  | { readonly type: 'open-engine'; readonly startAtMs: number; readonly play: boolean }
  /** The same play from the same position, with other bytes: from another server than the one that gave these. */
  | { readonly type: 'reopen-engine'; readonly startAtMs: number; readonly play: boolean }
  | { readonly type: 'engine-play' | 'engine-pause' }
  | { readonly type: 'engine-seek'; readonly positionMs: number }
  /** Lets go of the engine, the transfers and a running play request. */
  | { readonly type: 'close' }
  | { readonly type: 'emit-rebuffer'; readonly phase: 'start' | 'end'; readonly lastedMs?: number }
  | { readonly type: 'emit-error'; readonly error: PlayerError }
  /** The call was not allowed: thrown at the caller, nothing changes. */
  | { readonly type: 'refuse'; readonly error: PlayerError };

export interface Transition {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

/** The play that a state is about, where it has one. */
export function activePlayOf(state: SessionState): ActivePlay | undefined {
  return 'play' in state ? state.play : undefined;
}

/** Finished rebuffers and the one that runs. */
export function rebufferMsOf(state: SessionState, nowMs: number): number {
  const finishedMs = activePlayOf(state)?.rebufferMs ?? 0;
  return state.status === 'rebuffering' ? finishedMs + nowMs - state.sinceMs : finishedMs;
}
