import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrLimits } from './abr-context.ts';

/** The renditions within the limits, lowest first; the lowest of all where none is. */
export function permitted(video: readonly RenditionView[], limits: AbrLimits = {}): readonly RenditionView[] {
  const maxBps = limits.maxVideoBps ?? Number.POSITIVE_INFINITY;
  const maxPx = limits.maxHeightPx ?? Number.POSITIVE_INFINITY;
  const within = video.filter((view) => view.averageBps <= maxBps && (view.heightPx ?? 0) <= maxPx);
  return within.length > 0 ? within : video.slice(0, 1);
}

/** Where a rendition stands in a ladder; -1 where it is not in it. */
export function rungOf(ladder: readonly RenditionView[], rendition: RenditionView | undefined): number {
  return rendition ? ladder.findIndex((view) => view.renditionId === rendition.renditionId) : -1;
}

/** The highest rung at or below a rate; 0 where none is. */
export function highestUpTo(ladder: readonly RenditionView[], bps: number): number {
  return Math.max(0, ladder.filter(({ averageBps }) => averageBps <= bps).length - 1);
}
