import type { DeviceCapabilities } from '@pressplay/protocol/messages';

export interface PlayRecord {
  readonly playId: string;
  readonly accountId: string;
  readonly idempotencyKey: string;
  readonly titleId: string;
  readonly device: DeviceCapabilities;
  /** Unix time in milliseconds. */
  readonly createdAtMs: number;
  /** Of the player that asked, where it said so. */
  readonly playerId?: string;
}

/** A play and its place among the streams of its account. */
export interface StoredPlay extends PlayRecord {
  /** It holds a stream until then, in Unix time in milliseconds; 0 where it holds none. */
  readonly leaseEndsAtMs: number;
  /** Its viewer ended it, or its player began another one. Absent while it may go on. */
  readonly endedAtMs?: number;
}

export interface PlayClaim {
  readonly play: PlayRecord;
  /** `restore`: a region granted it while the store failed, so that it counts whatever the limit. */
  readonly occasion: 'start' | 'renewal' | 'prefetch' | 'restore';
  /** Until when the stream is wanted; a longer lease stays as it is. */
  readonly leaseEndsAtMs: number;
  /** Of the account; no limit where absent. */
  readonly maxStreams?: number;
}

/** `replaced`: the last plays of the same player, which are over. `tookStream`: it held none before. */
export interface PlayGrant {
  readonly verdict: 'granted';
  readonly play: StoredPlay;
  readonly replaced: readonly string[];
  readonly tookStream?: true;
}

export type PlayOutcome =
  | PlayGrant
  | { readonly verdict: 'ended'; readonly play: StoredPlay }
  /** The key belongs to `play`, which asked for something else. */
  | { readonly verdict: 'other-request'; readonly play: StoredPlay }
  | { readonly verdict: 'stream-limit'; readonly play: StoredPlay; readonly holders: readonly StoredPlay[] };

/** A play was heard of: its lease ends then, sooner or later than it did. Nothing where it ran out or was ended. */
export interface LeaseBeat {
  readonly playId: string;
  readonly leaseEndsAtMs: number;
  /** Only where it ends then: whoever asked for the play meanwhile keeps it. */
  readonly ifEndsAtMs?: number;
}
