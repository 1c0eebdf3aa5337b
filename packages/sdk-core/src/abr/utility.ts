import type { RenditionView } from '../manifest/presentation.ts';

/**
 * What a second of one rendition is worth to the viewer, in any unit: only ratios count. `ladder` is what may be
 * chosen, lowest first. A second of waiting costs as much as a second of the best is worth.
 */
export type Utility = (rendition: RenditionView, segmentNumber: number, ladder: readonly RenditionView[]) => number;

/** Megabits per second (`QoE_lin` of MPC, Yin et al., SIGCOMM 2015, and Pensieve, Mao et al., SIGCOMM 2017). */
export const bitrateUtility: Utility = ({ averageBps }) => averageBps / 1e6;

/** Each doubling of the rate is worth the same (BOLA, Spiteri et al., INFOCOM 2016; `QoE_log` of Pensieve). */
export const logUtility: Utility = ({ averageBps }, _segmentNumber, [lowest]) =>
  Math.log(averageBps / (lowest?.averageBps ?? averageBps));

/** SSIM or VMAF as the index carries it for each segment; bitrate where any rendition lacks it for that segment. */
export const measuredUtility: Utility = (rendition, segmentNumber, ladder) => {
  const complete = ladder.every(({ segments }) => segments[segmentNumber]?.quality !== undefined);
  const quality = rendition.segments[segmentNumber]?.quality;
  return complete && quality !== undefined ? quality : bitrateUtility(rendition, segmentNumber, ladder);
};
