import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext, RenditionChoice, RenditionReason } from './abr-context.ts';
import { highestUpTo, rungOf } from './permitted.ts';
import { lowestOf, startChoice } from './start-choice.ts';

export const THROUGHPUT_RULE_DEFAULTS = {
  /** Media that predicted downloads leave in the buffer. */
  reserveMs: 6000,
  /** How many segments ahead are predicted. */
  lookAhead: 5,
  /** The part of the estimate that is trusted: to stay, to go down, to go up. */
  staySafety: 0.9,
  downSafety: 0.8,
  upSafety: 0.7,
} as const;

/**
 * The best whose next segments, by their real sizes, are predicted to arrive before the buffer falls under a reserve.
 * Going up needs a rate that the network sustains, with a margin; staying may live on the buffer; going down is
 * immediate. Higher throughput never gives a lower rendition.
 */
export function throughputRule(context: AbrContext): RenditionChoice {
  const { video, current, throughputBps } = context;
  const currentRung = rungOf(video, current);
  const stay = current && currentRung < 0 ? highestUpTo(video, current.averageBps) : currentRung;
  if (!current || (throughputBps !== undefined && context.bufferAheadMs <= 0)) return startChoice(context);
  const staying: RenditionReason = currentRung < 0 ? 'limit' : 'in-time';
  if (throughputBps === undefined) return choice(video, stay, staying);
  const up = highestInTime(context, video.length - 1, stay + 1, THROUGHPUT_RULE_DEFAULTS.upSafety, true);
  if (up > stay) return choice(video, up, 'better-by-margin');
  if (arrivesInTime(context, stay, THROUGHPUT_RULE_DEFAULTS.staySafety, false)) return choice(video, stay, staying);
  const down = highestInTime(context, stay - 1, 0, THROUGHPUT_RULE_DEFAULTS.downSafety, false);
  return down >= 0 ? choice(video, down, 'buffer-low') : choice(video, 0, 'lowest');
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
  const floorMs = Math.min(THROUGHPUT_RULE_DEFAULTS.reserveMs, context.bufferAheadMs / 2);
  const end = Math.min(segments.length, context.segmentNumber + THROUGHPUT_RULE_DEFAULTS.lookAhead);
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

function choice(video: readonly RenditionView[], rung: number, reason: RenditionReason): RenditionChoice {
  return { rendition: video[rung] ?? lowestOf(video), reason };
}
