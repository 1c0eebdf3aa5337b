import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext, RenditionChoice } from './abr-context.ts';

/** The first segment shall be here after this time, or after half of its duration where that is longer... */
const ARRIVAL_MS = 1000;
/** ...with this part of what was measured. */
const SAFETY = 0.7;

/**
 * The first rendition of a play: what matters is that it comes soon. Unmeasured, that is the lowest: on recorded
 * networks one rung more cost more in waiting than it was worth, and the second segment knows better.
 */
export function startChoice(context: AbrContext): RenditionChoice {
  const { video, throughputBps } = context;
  if (throughputBps === undefined) return { rendition: lowestOf(video), reason: 'start-cautious' };
  return { rendition: measuredStart(context, throughputBps), reason: 'start-measured' };
}

function measuredStart(context: AbrContext, throughputBps: number): RenditionView {
  const { video, segmentNumber, audioBps = 0 } = context;
  const rateBps = Math.max(1, throughputBps * SAFETY - audioBps);
  const soon = video.filter(({ segments }) => {
    const segment = segments[segmentNumber];
    if (!segment) return false;
    const arrivalMs = ((segment.endByte - segment.startByte) * 8000) / rateBps;
    return arrivalMs <= Math.max(ARRIVAL_MS, segment.durationMs / 2);
  });
  return soon.at(-1) ?? lowestOf(video);
}

/** @throws RangeError where there is none. */
export function lowestOf(video: readonly RenditionView[]): RenditionView {
  const [lowest] = video;
  if (!lowest) throw new RangeError('There is no video rendition.');
  return lowest;
}
