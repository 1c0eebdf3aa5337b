import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext, RenditionChoice } from './abr-context.ts';
import { highestUpTo, rungOf } from './permitted.ts';
import { lowestOf, startChoice } from './start-choice.ts';

export const BOLA_DEFAULTS = {
  /** The lowest rendition is chosen while less than about this is ahead. */
  leastBufferMs: 10_000,
  /** The buffer that the best rendition needs grows with the ladder. */
  perRungMs: 2000,
  defaultGoalMs: 30_000,
} as const;

/**
 * BOLA (Spiteri, Urgaonkar, Sitaraman: "BOLA: Near-Optimal Bitrate Adaptation for Online Videos", INFOCOM 2016) in its
 * memoryless form with logarithmic utility: the rendition whose worth, less the buffer, is greatest per bit. Its two
 * constants are set as in dash.js's `BolaRule` ("From Theory to Practice", MMSys 2018), and going up stops at what
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
  const utilityOf = ({ averageBps }: RenditionView): number => 1 + Math.log(averageBps / lowestBps);
  const { leastBufferMs, perRungMs, defaultGoalMs } = BOLA_DEFAULTS;
  const fullMs = Math.max(bufferGoalMs ?? defaultGoalMs, leastBufferMs + perRungMs * video.length);
  const gain = (utilityOf(rungAt(video, video.length - 1)) - 1) / (fullMs / leastBufferMs - 1);
  if (gain <= 0) return 0;
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  video.forEach((view, rung) => {
    const segment = view.segments[segmentNumber];
    const bytes = segment ? segment.endByte - segment.startByte : view.averageBps;
    const score = ((leastBufferMs / gain) * (utilityOf(view) + gain) - bufferAheadMs) / bytes;
    if (score >= bestScore) {
      bestScore = score;
      best = rung;
    }
  });
  return best;
}

const rungAt = (video: readonly RenditionView[], rung: number): RenditionView => video[rung] ?? lowestOf(video);
