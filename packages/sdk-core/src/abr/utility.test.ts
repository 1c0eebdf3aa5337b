import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { lookAhead } from './look-ahead.ts';
import { bitrateUtility, logUtility, measuredUtility } from './utility.ts';

const response = samplePlayResponse({ videoBps: [1e6, 2e6, 4e6], segments: 12 });
const { video } = presentationOf(response);

/** The same title with measured quality: from the second rendition on, nobody sees a difference. */
function measured(qualities: readonly number[]) {
  const fileSets = response.fileSets.map((set) => ({
    ...set,
    renditions: set.renditions.map((rendition) => {
      const quality = qualities[video.findIndex(({ renditionId }) => renditionId === rendition.renditionId)];
      const { sizes } = rendition.index;
      return quality === undefined
        ? rendition
        : { ...rendition, index: { ...rendition.index, quality: sizes.map(() => quality) } };
    }),
  }));
  return presentationOf({ ...response, fileSets }).video;
}

describe('what a rendition is worth', () => {
  it('by bitrate grows with it, by its logarithm with each doubling', () => {
    expect(video.map((view) => bitrateUtility(view, 0, video))).toEqual([1, 2, 4]);
    const [none, one, two] = video.map((view) => logUtility(view, 0, video));
    expect(none).toBe(0);
    expect(two).toBeCloseTo(2 * (one ?? 0), 9);
  });

  it('as measured is what the index says, and the bitrate where a rendition lacks it', () => {
    const complete = measured([60, 94, 95]);
    expect(complete.map((view) => measuredUtility(view, 3, complete))).toEqual([60, 94, 95]);
    const partly = measured([60, 94]);
    expect(partly.map((view) => measuredUtility(view, 3, partly))).toEqual([1, 2, 4]);
  });

  it('decides: where measured quality gains nothing, no bits are spent on it', () => {
    const context = { video: measured([60, 94, 94]), segmentNumber: 3, bufferAheadMs: 12_000, throughputBps: 5e6 };
    const byQuality = lookAhead({ utility: measuredUtility })({ ...context, current: context.video[1] });
    const byBitrate = lookAhead({ utility: bitrateUtility })({ ...context, current: context.video[1] });
    expect(byQuality.rendition.averageBps).toBe(2e6);
    expect(byBitrate.rendition.averageBps).toBe(4e6);
  });
});
