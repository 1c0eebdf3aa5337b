import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext, RenditionChoice } from './abr-context.ts';
import { highestUpTo, rungOf } from './permitted.ts';
import { lowestOf, startChoice } from './start-choice.ts';

export const BOLA_DEFAULTS = {
  /** The paper's gamma * p: how strongly playing on counts against quality. */
  playWorth: 5,
  defaultGoalMs: 30_000,
} as const;

/**
 * BOLA (Spiteri, Urgaonkar, Sitaraman: "BOLA: Near-Optimal Bitrate Adaptation for Online Videos", INFOCOM 2016) in its
 * memoryless form with logarithmic utility: the rendition whose worth, less the buffer, is greatest per bit, with the
 * constants of BOLA-BASIC, so that the best is reached where the buffer is at its goal. Going up stops at what
 * throughput carries, as in the paper's BOLA-O: else it would swing between two rungs.
 */
export function bolaRule(context: AbrContext): RenditionChoice {
  const { video, current, throughputBps } = context;
  if (!current) return startChoice(context);
  const before = rungOf(video, current);
  const stay = before < 0 ? highestUpTo(video, current.averageBps) : before;
  const byBuffer = mostPerBit(context);
  if (byBuffer <= stay) {
    const reason = before < 0 && byBuffer === stay ? 'limit' : byBuffer < stay ? 'buffer-low' : 'in-time';
    return { rendition: rungAt(video, byBuffer), reason };
  }
  const carried = throughputBps === undefined ? stay : highestUpTo(video, throughputBps - (context.audioBps ?? 0));
  const up = Math.max(stay, Math.min(byBuffer, carried));
  return { rendition: rungAt(video, up), reason: up > stay ? 'better-by-margin' : 'in-time' };
}

function mostPerBit({ video, segmentNumber, bufferAheadMs, bufferGoalMs }: AbrContext): number {
  const lowestBps = lowestOf(video).averageBps;
  const worthOf = ({ averageBps }: RenditionView): number => BOLA_DEFAULTS.playWorth + Math.log(averageBps / lowestBps);
  const goalMs = bufferGoalMs ?? BOLA_DEFAULTS.defaultGoalMs;
  const msPerWorth = goalMs / worthOf(rungAt(video, video.length - 1));
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  video.forEach((view, rung) => {
    const segment = view.segments[segmentNumber];
    const bytes = segment ? segment.endByte - segment.startByte : view.averageBps;
    const score = (msPerWorth * worthOf(view) - bufferAheadMs) / bytes;
    if (score >= bestScore) {
      bestScore = score;
      best = rung;
    }
  });
  return best;
}

const rungAt = (video: readonly RenditionView[], rung: number): RenditionView => video[rung] ?? lowestOf(video);
