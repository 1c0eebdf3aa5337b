import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext } from './abr-context.ts';
import { LOOK_AHEAD_DEFAULTS } from './look-ahead.ts';
import { permitted, rungOf } from './permitted.ts';
import { PlannedWorth } from './planned-worth.ts';
import { type BufferedView, replacementRun } from './replacement-run.ts';

export type { BufferedView } from './replacement-run.ts';

/** Found on recorded networks. */
export const REPLACE_DEFAULTS = {
  safety: 1.4,
  laterSafety: 1.1,
  reserveMs: 500,
  /** Nothing is replaced with less than this ahead. */
  leastBufferMs: 6500,
  /** What a run must be worth beyond its buffer, in seconds of the best quality: the bytes there are were paid for. */
  margin: 0.4,
} as const;

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

/** Judges the buffers of one play. */
export type ReplacementRule = (context: ReplaceContext) => Replacement;

/** Replaces what is worth its buffer by the look-ahead's own plan. */
export function replacementRule(): ReplacementRule {
  const worth = new PlannedWorth();
  return (context) => replaceSegment(context, worth, LOOK_AHEAD_DEFAULTS.rateFactor);
}

/**
 * Which buffered segment to load again in a better rendition: the first of the run of neighbours whose better picture,
 * with the changes before and after it, is worth most beyond the buffer that its downloads cost. The rest of the run is
 * judged anew once that one is there. (Fast switching of dash.js, Spiteri, Sitaraman, Sparacio, MMSys 2018, replaces
 * whatever is lower.)
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
  const { buffered, segmentNumber, next, bufferAheadMs } = context;
  const bufferS = bufferAheadMs / 1000;
  const shown = [...buffered, { segmentNumber, rendition: next, dueInMs: bufferAheadMs }];
  const kept = worth.ofBest(bufferS);
  let best: Replacement = { reason: 'no-gain' };
  let bestGain = REPLACE_DEFAULTS.margin * worth.bestQuality;
  for (const better of ladder.slice(1).reverse()) {
    for (const [from, first] of buffered.entries()) {
      const run = replacementRun(shown, from, better, ladder, worth, REPLACE_DEFAULTS);
      // Buffer is not worth less than nothing.
      if (!run || run.gain <= bestGain) continue;
      const gain = run.gain - (kept - worth.ofBest(Math.max(0, bufferS - run.downloadS)));
      if (gain <= bestGain) continue;
      bestGain = gain;
      const { withinMs } = run;
      best = { segmentNumber: first.segmentNumber, rendition: better, withinMs, reason: 'worth-its-buffer' };
    }
  }
  return best;
}
