import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { limitsOf } from './limits.ts';

/** 320x180, 640x360, 960x540 and 1280x720. */
const { video } = presentationOf(samplePlayResponse());
const at = (widthPx: number, heightPx: number) => limitsOf({ video, viewport: { widthPx, heightPx } });

describe('limits on renditions', () => {
  it('are none where nothing limits', () => {
    expect(limitsOf({ video, device: {}, app: {}, savesData: false })).toEqual({ limits: [] });
  });

  it('are each told with its reason; the least holds', () => {
    const limits = limitsOf({
      video,
      device: { maxHeightPx: 2160 },
      app: { maxVideoBps: 4_000_000 },
      savesData: true,
      serverBps: 900_000,
      droppedFrames: { maxVideoBps: 1_599_999 },
    });
    expect(limits).toMatchObject({ maxVideoBps: 900_000, maxHeightPx: 480 });
    expect(limits.limits.map(({ reason }) => reason)).toEqual([
      'device',
      'app',
      'data-saver',
      'dropped-frames',
      'server',
    ]);
  });

  it('of a small picture permit the first rendition that covers it', () => {
    expect(at(500, 281).maxHeightPx).toBe(360);
    expect(at(640, 360).maxHeightPx).toBe(360);
    expect(at(641, 361).maxHeightPx).toBe(540);
  });

  it('of a picture between bars follow its longer side', () => {
    expect(at(640, 2000).maxHeightPx).toBe(360);
    expect(at(3000, 360).maxHeightPx).toBe(360);
  });

  it('of a picture larger than all renditions, or of none, are none', () => {
    expect(at(3840, 2160).limits).toEqual([]);
    expect(at(0, 0).limits).toEqual([]);
  });
});
