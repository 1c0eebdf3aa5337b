import { describe, expect, it } from 'vitest';
import { detectDevice } from './detect-device.ts';

describe('device detection', () => {
  it('names the families that the media source accepts', () => {
    const device = detectDevice((mimeType) => /avc1|av01|mp4a/.test(mimeType));
    expect(device).toEqual({ videoCodecs: ['avc1', 'av01'], audioCodecs: ['mp4a'] });
  });

  it('leaves audio empty where only video decodes', () => {
    expect(detectDevice((mimeType) => mimeType.includes('vp09')).audioCodecs).toEqual([]);
  });

  it('names H.264 and AAC where there is no media source, so that the engine can say what is missing', () => {
    expect(detectDevice(() => false)).toEqual({ videoCodecs: ['avc1'], audioCodecs: ['mp4a'] });
  });
});
