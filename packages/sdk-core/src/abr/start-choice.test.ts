import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { startChoice } from './start-choice.ts';

const videoBps = [300_000, 800_000, 1_600_000, 3_000_000, 6_000_000];
const { video } = presentationOf(samplePlayResponse({ videoBps, segments: 30 }));

describe('at the start', () => {
  it('takes the lowest while nothing is measured', () => {
    const start = startChoice({ video, segmentNumber: 0, bufferAheadMs: 0 });
    expect(start).toEqual({ rendition: video[0], reason: 'start-cautious' });
  });

  it('uses a throughput that is already known, so that the first segment still comes soon', () => {
    const choice = startChoice({ video, segmentNumber: 0, bufferAheadMs: 0, throughputBps: 8e6 });
    const first = choice.rendition.segments[0];
    expect(choice.reason).toBe('start-measured');
    expect(((first!.endByte - first!.startByte) * 8) / 8e6).toBeLessThan(2);
    expect(choice.rendition).toBe(video[2]);
  });

  it('takes the lowest on a network that carries none of them', () => {
    const start = startChoice({ video, segmentNumber: 0, bufferAheadMs: 0, throughputBps: 1000, audioBps: 128_000 });
    expect(start.rendition).toBe(video[0]);
  });
});
