import { describe, expect, it } from 'vitest';
import { DEVICE, makeTitle } from '../testing/test-region.ts';
import { pickRenditions } from './pick-renditions.ts';

const { renditions } = makeTitle('film');
const ids = (device: Parameters<typeof pickRenditions>[1], from = renditions) => {
  const pick = pickRenditions(from, device);
  return pick.ok
    ? [pick.reason, ...pick.renditions.map(({ renditionId }) => renditionId)]
    : pick.why === 'codec'
      ? [pick.kind, ...pick.codecs]
      : [pick.why, pick.smallestHeightPx];
};

describe('the renditions for a device', () => {
  it('are those it decodes, within its height and bit rate, in the order of the title', () => {
    expect(ids(DEVICE)).toEqual(['within-limits', 'a96', 'v240', 'v480', 'v720']);
    expect(ids({ ...DEVICE, maxHeightPx: 480 })).toEqual(['within-limits', 'a96', 'v240', 'v480']);
    expect(ids({ ...DEVICE, maxVideoBps: 500_000 })).toEqual(['within-limits', 'a96', 'v240']);
  });

  it('are the smallest where all lie above its limits', () => {
    expect(ids({ ...DEVICE, maxHeightPx: 144 })).toEqual(['smallest-above-limits', 'a96', 'v240']);
  });

  it('compare codecs by family', () => {
    expect(ids({ videoCodecs: ['avc1.42c01e'], audioCodecs: ['mp4a.40.5'] })).toHaveLength(5);
  });

  it('are the picture alone for a device that names no sound', () => {
    expect(ids({ ...DEVICE, audioCodecs: [] })).toEqual(['within-limits', 'v240', 'v480', 'v720']);
  });

  it('are none where picture or sound cannot be decoded', () => {
    expect(ids({ ...DEVICE, videoCodecs: ['hvc1'] })).toEqual(['video', 'avc1.64001f']);
    expect(ids({ ...DEVICE, audioCodecs: ['opus'] })).toEqual(['audio', 'mp4a.40.2']);
  });

  it('are the sound of a title without picture', () => {
    const sound = renditions.filter(({ kind }) => kind === 'audio');
    expect(ids(DEVICE, sound)).toEqual(['within-limits', 'a96']);
  });
});
