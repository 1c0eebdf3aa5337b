/** One answer of one server to one range: what was asked, what of it was delivered to the engine. */
export interface LedgerEntry {
  readonly ocaId: string;
  readonly fileId: string;
  readonly renditionId: string;
  readonly segmentNumber: number;
  /** First byte asked for; after a hand-over, the first byte not yet delivered. */
  readonly requestedFrom: number;
  /** First byte after the last one delivered by this server. Equal to `requestedFrom` when it delivered none. */
  readonly deliveredTo: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly outcome: DeliveryOutcome;
}

/** How a server's part in a range ended. Everything but `complete` and `cancelled` leads to a hand-over. */
export type DeliveryOutcome =
  /** Delivered all that it was asked for. */
  | 'complete'
  | 'cancelled'
  /** Reached the byte from which on another server had been asked beside it. */
  | 'hedge'
  | 'reset'
  | 'first-byte-late'
  | 'stalled'
  | 'too-slow'
  | 'status'
  | 'other-bytes'
  | 'short'
  | 'lost-race';

/** Bytes of one play, each in one account only. */
export interface ByteAccounts {
  /** Delivered to the engine. */
  readonly deliveredBytes: number;
  /** Received or known to be in flight when a connection was dropped, and not delivered. */
  readonly lostBytes: number;
  /** Read from the loser of a start race before it was cancelled. */
  readonly racedBytes: number;
  /** Delivered for segments that better ones replaced. */
  readonly replacedBytes: number;
  /** Probes that carried no wanted media. */
  readonly probeBytes: number;
}
