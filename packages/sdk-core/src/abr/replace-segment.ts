import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext } from './abr-context.ts';
import { LOOK_AHEAD_DEFAULTS } from './look-ahead.ts';
import { permitted, rungOf } from './permitted.ts';
import { PlannedWorth } from './planned-worth.ts';

export const REPLACE_DEFAULTS = {
  /** The better one is there in time when so many times its expected time is left, and a moment more. */
  safety: 2.5,
  reserveMs: 500,
  /** Nothing is replaced with less than this ahead. */
  leastBufferMs: 8000,
  /** What it must be worth beyond its buffer, in seconds of the best quality: the bytes there are were paid for. */
  margin: 0.4,
} as const;

/** A segment in the buffer. */
export interface BufferedView {
  readonly segmentNumber: number;
  readonly rendition: RenditionView;
  /** Until it plays; 0 or less for the one that plays. */
  readonly dueInMs: number;
}

/** `segmentNumber` is the first one that is not in the buffer, `current` the rendition of the last one in it. */
export interface ReplaceContext extends AbrContext {
  /** In order and without a gap; the one that plays is the first. */
  readonly buffered: readonly BufferedView[];
  /** What ABR would take for the next one: nothing is replaced by better than that. */
  readonly next: RenditionView;
}

export type ReplaceReason =
  | 'buffer-low'
  /** Nothing is known of the network. */
  | 'unmeasured'
  /** Nothing in the buffer is lower than what comes next, or nothing of it is worth the buffer that it costs. */
  | 'no-gain'
  | 'worth-its-buffer';

export interface Replacement {
  readonly segmentNumber?: number;
  readonly rendition?: RenditionView;
  /** Given up where it takes longer. */
  readonly withinMs?: number;
  readonly reason: ReplaceReason;
}

/** Judges the buffers of one play. Comes with the engine that can change its buffer, so that others load none of it. */
export type ReplacementRule = (context: ReplaceContext) => Replacement;

/** Replaces what is worth its buffer by the look-ahead's own plan. */
export function replacementRule(): ReplacementRule {
  const worth = new PlannedWorth();
  return (context) => replaceSegment(context, worth, LOOK_AHEAD_DEFAULTS.rateFactor);
}

/**
 * Which buffered segment to load again in a better rendition: the one whose better picture, with the changes before
 * and after it, is worth most beyond the buffer that its download costs. (Fast switching of dash.js, Spiteri,
 * Sitaraman, Sparacio, MMSys 2018, replaces whatever is lower.)
 */
export function replaceSegment(context: ReplaceContext, worth: PlannedWorth, rateFactor: number): Replacement {
  const { throughputBps, bufferAheadMs, audioBps = 0 } = context;
  if (bufferAheadMs < REPLACE_DEFAULTS.leastBufferMs) return { reason: 'buffer-low' };
  if (throughputBps === undefined) return { reason: 'unmeasured' };
  const ladder = permitted(context.video, context.limits);
  const top = rungOf(ladder, context.next);
  if (!context.buffered.some(({ rendition }) => rungOf(ladder, rendition) < top)) return { reason: 'no-gain' };
  const bps = throughputBps * rateFactor;
  worth.read({ ...context, video: ladder }, Math.max(bps - audioBps, bps / 10));
  return bestReplacement(context, ladder.slice(0, top + 1), worth);
}

function bestReplacement(context: ReplaceContext, ladder: readonly RenditionView[], worth: PlannedWorth): Replacement {
  const bufferS = context.bufferAheadMs / 1000;
  const kept = worth.ofBest(bufferS);
  let best: Replacement = { reason: 'no-gain' };
  let bestGain = REPLACE_DEFAULTS.margin * worth.bestQuality;
  for (const [at, { segmentNumber, rendition, dueInMs }] of context.buffered.entries()) {
    const before = context.buffered[at - 1]?.rendition;
    if (!before) continue;
    const after = context.buffered[at + 1]?.rendition ?? context.next;
    const qualityOf = (view: RenditionView): number => worth.utility(view, segmentNumber, ladder);
    const inPlace = (view: RenditionView): number =>
      qualityOf(view) - Math.abs(qualityOf(view) - qualityOf(before)) - Math.abs(qualityOf(after) - qualityOf(view));
    for (const better of ladder.slice(rungOf(ladder, rendition) + 1)) {
      const segment = better.segments[segmentNumber];
      if (!segment) break;
      const downloadS = worth.downloadS(segment);
      const withinMs = downloadS * 1000 * REPLACE_DEFAULTS.safety + REPLACE_DEFAULTS.reserveMs;
      if (withinMs > dueInMs) break;
      const cost = kept - worth.ofBest(Math.max(0, bufferS - downloadS));
      const gain = inPlace(better) - inPlace(rendition) - cost;
      if (gain <= bestGain) continue;
      bestGain = gain;
      best = { segmentNumber, rendition: better, withinMs, reason: 'worth-its-buffer' };
    }
  }
  return best;
}
