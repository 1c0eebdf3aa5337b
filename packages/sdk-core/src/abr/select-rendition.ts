import type { RenditionView } from '../manifest/presentation.ts';

/** Why a rendition was chosen. */
export type RenditionReason =
  /** Nothing is known of the network: a low-middle rung, so that the start is fast. */
  | 'start-cautious'
  /** The buffer is empty: the best whose next segment arrives soon. */
  | 'start-measured'
  /** The next segments arrive in time and leave the reserve alone. */
  | 'in-time'
  /** A better one is sustainable by a margin. */
  | 'better-by-margin'
  /** The rendition so far would eat the reserve. */
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
  /** Absent before anything was measured. */
  readonly throughputBps?: number | undefined;
  /** The rendition chosen last; absent for the first segment. */
  readonly current?: RenditionView | undefined;
  /** What audio takes of the throughput. */
  readonly audioBps?: number | undefined;
  readonly limits?: AbrLimits;
}

export interface RenditionChoice {
  readonly rendition: RenditionView;
  readonly reason: RenditionReason;
}

export const ABR_DEFAULTS = {
  /** Media that predicted downloads leave in the buffer. */
  reserveMs: 6000,
  /** How many segments ahead are predicted. */
  lookAhead: 5,
  /** The part of the estimate that is trusted: to stay, to go down, to go up. */
  staySafety: 0.9,
  downSafety: 0.8,
  upSafety: 0.7,
  /** The first segment shall be here after this time... */
  startArrivalMs: 1000,
  /** ...and without an estimate, its rendition shall be at or below this rate and in the lower half of the ladder. */
  startBps: 1_000_000,
} as const;

/**
 * The video rendition for one segment: the best whose next segments, by their real sizes, are predicted to arrive
 * before the buffer falls under a reserve. Going up needs a rate that the network sustains, with a margin; staying may
 * live on the buffer; going down is immediate. Higher throughput never gives a lower rendition.
 */
export function selectRendition(context: AbrContext): RenditionChoice {
  const { video, current, throughputBps } = context;
  const ceiling = highestAllowed(video, context.limits);
  const currentIndex = current ? indexOf(video, current) : -1;
  if (throughputBps === undefined) return withoutEstimate(video, ceiling, currentIndex);
  if (currentIndex < 0 || context.bufferAheadMs <= 0)
    return choice(video, startIndex(context, ceiling), 'start-measured');
  const stay = Math.min(currentIndex, ceiling);
  const up = highestInTime(context, ceiling, stay + 1, ABR_DEFAULTS.upSafety, true);
  if (up > stay) return choice(video, up, 'better-by-margin');
  if (arrivesInTime(context, stay, ABR_DEFAULTS.staySafety, false)) {
    return choice(video, stay, stay < currentIndex ? 'limit' : 'in-time');
  }
  const down = highestInTime(context, stay - 1, 0, ABR_DEFAULTS.downSafety, false);
  return down >= 0 ? choice(video, down, 'buffer-low') : choice(video, 0, 'lowest');
}

function withoutEstimate(video: readonly RenditionView[], ceiling: number, currentIndex: number): RenditionChoice {
  if (currentIndex > ceiling) return choice(video, ceiling, 'limit');
  if (currentIndex >= 0) return choice(video, currentIndex, 'in-time');
  const middle = Math.min(ceiling, (video.length - 1) >> 1);
  for (let index = middle; index > 0; index--) {
    const averageBps = video[index]?.averageBps ?? 0;
    if (averageBps <= ABR_DEFAULTS.startBps) return choice(video, index, 'start-cautious');
  }
  return choice(video, 0, 'start-cautious');
}

/** The best whose segment arrives soon: within `startArrivalMs`, or half of its own duration where that is longer. */
function startIndex(context: AbrContext, ceiling: number): number {
  const rateBps = trustedBps(context, ABR_DEFAULTS.upSafety);
  for (let index = ceiling; index > 0; index--) {
    const segment = context.video[index]?.segments[context.segmentNumber];
    if (!segment) continue;
    const arrivalMs = ((segment.endByte - segment.startByte) * 8000) / rateBps;
    if (arrivalMs <= Math.max(ABR_DEFAULTS.startArrivalMs, segment.durationMs / 2)) return index;
  }
  return 0;
}

function highestInTime(context: AbrContext, from: number, to: number, safety: number, sustainable: boolean): number {
  for (let index = from; index >= to; index--) {
    if (arrivesInTime(context, index, safety, sustainable)) return index;
  }
  return -1;
}

/** Plays the next segments through: does the buffer stay above its floor, and (where asked) not shrink? */
function arrivesInTime(context: AbrContext, index: number, safety: number, sustainable: boolean): boolean {
  const segments = context.video[index]?.segments;
  if (!segments) return false;
  const rateBps = trustedBps(context, safety);
  const floorMs = Math.min(ABR_DEFAULTS.reserveMs, context.bufferAheadMs / 2);
  const end = Math.min(segments.length, context.segmentNumber + ABR_DEFAULTS.lookAhead);
  let bufferMs = context.bufferAheadMs;
  for (let number = context.segmentNumber; number < end; number++) {
    const segment = segments[number];
    if (!segment) return false;
    bufferMs -= ((segment.endByte - segment.startByte) * 8000) / rateBps;
    if (bufferMs < floorMs) return false;
    bufferMs += segment.durationMs;
  }
  return !sustainable || bufferMs >= context.bufferAheadMs;
}

function trustedBps(context: AbrContext, safety: number): number {
  return Math.max(1, (context.throughputBps ?? 0) * safety - (context.audioBps ?? 0));
}

/** The highest rendition within the limits; the lowest of all where none is. */
function highestAllowed(video: readonly RenditionView[], limits: AbrLimits = {}): number {
  const maxBps = limits.maxVideoBps ?? Number.POSITIVE_INFINITY;
  const maxPx = limits.maxHeightPx ?? Number.POSITIVE_INFINITY;
  for (let index = video.length - 1; index > 0; index--) {
    const view = video[index];
    if (view && view.averageBps <= maxBps && (view.heightPx ?? 0) <= maxPx) return index;
  }
  return 0;
}

function indexOf(video: readonly RenditionView[], rendition: RenditionView): number {
  for (let index = 0; index < video.length; index++) {
    if (video[index]?.renditionId === rendition.renditionId) return index;
  }
  return -1;
}

function choice(video: readonly RenditionView[], index: number, reason: RenditionReason): RenditionChoice {
  const rendition = video[index];
  if (!rendition) throw new RangeError('A presentation has at least one video rendition.');
  return { rendition, reason };
}
