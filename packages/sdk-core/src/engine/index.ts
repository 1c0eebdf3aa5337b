/**
 * What engines bring with them for what they can do (`MediaEngine.abilities`). Apart from the core, so that an engine
 * that cannot do it loads none of it.
 */
import { AbandonWatch } from '../abr/abandon-watch.ts';
import { type ReplacementRule, replacementRule } from '../abr/replace-segment.ts';
import { SegmentGate } from '../delivery/segment-gate.ts';

export type { ReplaceContext, Replacement, ReplacementRule } from '../abr/replace-segment.ts';
export { checkSegment, type SegmentVerdict } from '../delivery/check-segment.ts';
export type { AbandonWatch, SegmentGate };

/** For engines that can break a download off and load something smaller in its place. */
export const abandonment = (): AbandonWatch => new AbandonWatch();

/** For engines that can change what is in their buffer. */
export const replacement = (): ReplacementRule => replacementRule();

/** For engines that play fragmented MP4: its boxes are checked before they see them, and damaged ones come from elsewhere. */
export const fragmentedMp4 = (segmentBytes: number): SegmentGate => new SegmentGate(segmentBytes);
