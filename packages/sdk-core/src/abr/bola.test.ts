import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { bolaRule } from './bola.ts';

const { video } = presentationOf(samplePlayResponse({ videoBps: [3e5, 8e5, 1.6e6, 3e6, 6e6], segments: 30 }));

describe('by buffer', () => {
  const at = (bufferAheadMs: number, current: number, throughputBps: number): number =>
    video.indexOf(
      bolaRule({ video, segmentNumber: 4, bufferAheadMs, current: video[current], throughputBps }).rendition,
    );

  it('takes the lowest with a thin buffer and the best with a full one', () => {
    expect(at(2000, 4, 2e7)).toBe(0);
    expect(at(30_000, 0, 2e7)).toBe(4);
  });

  it('never answers more buffer with a lower rendition', () => {
    const choices = Array.from({ length: 60 }, (_, step) => at(step * 500, 0, 2e7));
    expect(choices).toEqual([...choices].sort((a, b) => a - b));
    expect(new Set(choices).size).toBe(5);
  });

  it('does not go up to what the network does not carry: it would have to come down again', () => {
    expect(at(30_000, 1, 2e6)).toBe(2);
    expect(at(30_000, 3, 2e6)).toBe(3);
  });
});
