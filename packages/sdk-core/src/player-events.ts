import type { QoeSummary } from '@pressplay/protocol/messages';
import type { Limit } from './abr/limits.ts';
import type { ByteAccounts, LedgerEntry } from './delivery/ledger.ts';
import type { PlayerError } from './errors/player-error.ts';
import type { RenditionView } from './manifest/presentation.ts';

export type PlayerState =
  | 'idle'
  | 'loading'
  | 'ready'
  | 'playing'
  | 'paused'
  | 'rebuffering'
  | 'seeking'
  | 'ended'
  | 'failed';

/** Why the player left one server for another. */
export type MoveReason =
  /** It would have been late: the other server was asked for the end of the range beside it. */
  | 'hedge'
  | 'reset'
  | 'first-byte-late'
  | 'stalled'
  | 'too-slow'
  | 'status'
  | 'other-bytes'
  | 'short'
  | 'better-by-margin'
  /** It asked to be left: too many come to it. */
  | 'duress'
  | 'steering';

/** Event name to payload. Payloads are plain data. */
export interface PlayerEvents {
  state: { readonly from: PlayerState; readonly to: PlayerState };
  /** The play request was answered; or, in the middle of a play that no region knew any more, the one for a new play in its place. */
  'play-granted': {
    readonly playId: string;
    readonly region: string;
    readonly serverCount: number;
    readonly titleName: string;
    readonly durationMs: number;
  };
  /** A region did not answer usably, or later than another one that was asked the same beside it. */
  'region-failover': { readonly from: string; readonly to: string; readonly cause: string };
  /** A candidate was measured. `latencyMs` is absent where it failed. */
  probe: { readonly ocaId: string; readonly latencyMs?: number; readonly cause?: string };
  /** Media come from another server: told with its first bytes, not for those that were tried in vain before it. */
  'server-changed': { readonly from?: string; readonly to: string; readonly reason: MoveReason | 'start' };
  /** A range goes on, from the byte reached, with the first bytes of another server. */
  'hand-over': {
    readonly from: string;
    readonly to: string;
    readonly reason: MoveReason;
    readonly renditionId: string;
    readonly segmentNumber: number;
    readonly atByte: number;
    readonly startByte: number;
    readonly endByte: number;
  };
  /** ABR chose another video rendition for the segments to come. */
  'rendition-selected': {
    readonly from?: string;
    readonly to: string;
    readonly reason: string;
    readonly segmentNumber: number;
  };
  /** Another rendition is on screen. */
  'rendition-shown': { readonly rendition: RenditionView };
  /** A segment was delivered whole. */
  'segment-delivered': {
    readonly ocaId: string;
    readonly renditionId: string;
    readonly kind: 'video' | 'audio';
    readonly segmentNumber: number;
    readonly bytes: number;
    readonly durationMs: number;
  };
  rebuffer: { readonly phase: 'start' | 'end'; readonly positionMs: number; readonly lastedMs?: number };
  error: { readonly error: PlayerError };
  /** A play came to its end, by itself, by an error or by a call. Once more where the viewer plays it again. */
  'play-ended': { readonly titleId: string; readonly qoe: QoeSummary };
}

/** Any of them. */
export type PlayerMessage = {
  readonly [K in keyof PlayerEvents]: readonly [name: K, payload: PlayerEvents[K]];
}[keyof PlayerEvents];

export interface ServerStats {
  readonly ocaId: string;
  readonly siteId: string;
  readonly siteClass: string;
  readonly baseUrl: string;
  readonly rank: number;
  readonly latencyMs?: number;
  readonly throughputBps?: number;
  readonly deliveredBytes: number;
  /** Milliseconds until the server may be asked again; 0 where it may. */
  readonly excludedForMs: number;
}

/** A snapshot for pages, tests and overlays. */
export interface PlayerStats {
  readonly state: PlayerState;
  readonly positionMs: number;
  readonly durationMs: number;
  readonly bufferAheadMs: number;
  /** The server preferred now. */
  readonly ocaId?: string;
  /** The video rendition chosen last, and why. */
  readonly renditionId?: string;
  readonly renditionReason?: string;
  readonly shownRenditionId?: string;
  /** The upper bounds on renditions that hold now, and why. */
  readonly limits?: readonly Limit[];
  readonly throughputBps?: number;
  readonly startupMs?: number;
  readonly rebufferCount: number;
  readonly rebufferMs: number;
  readonly region?: string;
  readonly playId?: string;
  readonly servers: readonly ServerStats[];
  readonly bytes: ByteAccounts;
  /** What the viewer lived through, of the play that runs or ran last; absent before the first `load`. */
  readonly qoe?: QoeSummary;
}

/** The delivered intervals, server by server: the proof that a hand-over repeated and lost nothing. */
export interface PlayerLedger {
  readonly entries: readonly LedgerEntry[];
  readonly bytes: ByteAccounts;
  /** Given to the engine a second time from memory: received, and counted in `bytes`, when they came first. */
  readonly reusedBytes: number;
}
