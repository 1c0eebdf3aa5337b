import type { RenditionView } from '../manifest/presentation.ts';

/** Why a rendition was chosen. */
export type RenditionReason =
  /** Nothing is known of the network: the lowest, so that the start is fast. */
  | 'start-cautious'
  /** Nothing is buffered and nothing was chosen before: the best whose first segment arrives soon. */
  | 'start-measured'
  /** The rendition so far stays the best. */
  | 'in-time'
  /** A better one is worth more than staying, by a margin. */
  | 'better-by-margin'
  /** The rendition so far would cost more waiting than it is worth. */
  | 'buffer-low'
  /** The rendition so far is above a limit. */
  | 'limit'
  /** Not even the lowest arrives in time. */
  | 'lowest';

export interface AbrLimits {
  readonly maxVideoBps?: number | undefined;
  readonly maxHeightPx?: number | undefined;
}

export interface AbrContext {
  /** Lowest first, at least one. */
  readonly video: readonly RenditionView[];
  readonly segmentNumber: number;
  readonly bufferAheadMs: number;
  /** Segments are asked for while less than this is ahead; 30 s where absent. */
  readonly bufferGoalMs?: number | undefined;
  /** What the network is expected to carry next; absent before anything was measured. */
  readonly throughputBps?: number | undefined;
  /** Relative deviation of one download's rate from that, as a logarithm; a middling one where absent. */
  readonly rateSpread?: number | undefined;
  /** From a request to its first byte. */
  readonly latencyMs?: number | undefined;
  /** The rendition of the segment before; absent for the first one. */
  readonly current?: RenditionView | undefined;
  /** What audio takes of the throughput. */
  readonly audioBps?: number | undefined;
  readonly limits?: AbrLimits;
}

export interface RenditionChoice<Reason extends string = RenditionReason> {
  readonly rendition: RenditionView;
  readonly reason: Reason;
}

/** Chooses the video rendition for one segment: synchronous, no effects, the same answer for the same context. */
export type AbrRule = (context: AbrContext) => RenditionChoice;

/** An app's own rule. It sees only what the limits permit, and names its own reasons. */
export type AbrFunction = (context: AbrContext) => RenditionChoice<string>;
