import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { judgeDownload, type LoadingContext } from './abandon-download.ts';
import { PlannedWorth } from './planned-worth.ts';

const { video } = presentationOf(
  samplePlayResponse({ videoBps: [300_000, 800_000, 1_600_000, 3_000_000], segments: 60 }),
);
const [lowest, , , best] = video;
if (!lowest || !best) throw new Error('the sample has four renditions');
const worth = new PlannedWorth();

/** The best rendition's segment of 1.35 MB, two seconds after its first byte, at a steady rate. */
function loading(rateBps: number, more: Partial<LoadingContext> = {}): LoadingContext {
  const receivedBytes = rateBps / 4;
  const pace = { firstByteAfterMs: 50, elapsedMs: 2050, receivedBytes, recentBps: rateBps, silentMs: 0 };
  return {
    video,
    segmentNumber: 10,
    bufferAheadMs: 6000,
    bufferGoalMs: 30_000,
    throughputBps: 4_000_000,
    rateSpread: 0.3,
    latencyMs: 50,
    current: best,
    loading: best as LoadingContext['loading'],
    receivedBytes,
    pace,
    ...more,
  };
}
const slow = 150_000;

describe('a segment that loads', () => {
  it('goes on while it comes before the buffer ends', () => {
    expect(judgeDownload(loading(3_000_000), worth)).toEqual({ reason: 'in-time' });
  });

  it('is given up for a smaller one when the network has collapsed', () => {
    const { instead, reason } = judgeDownload(loading(slow), worth);
    expect(reason).toBe('worth-less');
    expect(instead?.averageBps).toBeLessThan(800_001);
  });

  it('goes on in the same place where the network was wild all along', () => {
    expect(judgeDownload(loading(slow, { rateSpread: 0.8 }), worth).reason).toBe('in-time');
  });

  it('goes on when it is nearly there', () => {
    const context = loading(slow, { bufferAheadMs: 100 });
    const segment = best.segments[10];
    const sizeBytes = segment ? segment.endByte - segment.startByte : 0;
    expect(judgeDownload({ ...context, receivedBytes: sizeBytes - 40_000 }, worth)).toEqual({
      reason: 'worth-waiting',
    });
  });

  it('is never given up for nothing smaller', () => {
    expect(judgeDownload(loading(1000, { loading: lowest, bufferAheadMs: 0 }), worth)).toEqual({ reason: 'lowest' });
  });

  it('says nothing before it has shown something', () => {
    const { pace } = loading(slow);
    expect(judgeDownload(loading(slow, { pace: undefined }), worth).reason).toBe('too-early');
    expect(judgeDownload(loading(slow, { pace: pace && { ...pace, elapsedMs: 150 } }), worth).reason).toBe('too-early');
  });

  it('is left to a faster server for a while, if the buffer lasts', () => {
    const late = { throughputBps: 1_000_000, bufferAheadMs: 8000 };
    expect(judgeDownload(loading(2 * slow, { ...late, otherServerWithinMs: 1500 }), worth).reason).toBe(
      'other-server-first',
    );
    expect(judgeDownload(loading(2 * slow, { ...late, otherServerWithinMs: 0 }), worth).reason).toBe('worth-less');
    expect(judgeDownload(loading(2 * slow, late), worth).reason).toBe('worth-less');
    const scarce = { ...late, bufferAheadMs: 2000, otherServerWithinMs: 1500 };
    expect(judgeDownload(loading(2 * slow, scarce), worth).reason).toBe('worth-less');
  });

  it('is left to another server when its own falls silent, however long', () => {
    const { pace } = loading(slow);
    const silent = { pace: pace && { ...pace, silentMs: 2000, recentBps: 0 }, bufferAheadMs: 500 };
    expect(judgeDownload(loading(slow, { ...silent, otherServerWithinMs: -9000 }), worth).reason).toBe(
      'other-server-first',
    );
    expect(judgeDownload(loading(slow, silent), worth).reason).toBe('worth-less');
  });

  it('that took the place of another one is given up only where the rate fell to half again', () => {
    const smaller = { loading: video[1] as LoadingContext['loading'], bufferAheadMs: 300 };
    expect(judgeDownload(loading(slow, { ...smaller, chosenWithBps: 200_000 }), worth).reason).toBe('given-up-before');
    expect(judgeDownload(loading(slow, { ...smaller, chosenWithBps: 2_000_000 }), worth).reason).toBe('worth-less');
  });

  it('above a limit that came meanwhile is replaced by what the limit permits', () => {
    const { instead } = judgeDownload(loading(slow, { limits: { maxVideoBps: 1_000_000 } }), worth);
    expect(instead?.averageBps).toBeLessThanOrEqual(1_000_000);
  });

  it('is only ever given up for a smaller one that is on offer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 8_000_000 }),
        fc.integer({ min: 0, max: 30_000 }),
        fc.integer({ min: 0, max: 3 }),
        (rateBps, bufferAheadMs, rung) => {
          const loaded = video[rung] as LoadingContext['loading'];
          const { instead } = judgeDownload(loading(rateBps, { bufferAheadMs, loading: loaded }), worth);
          if (instead) expect(video.indexOf(instead)).toBeLessThan(rung);
        },
      ),
    );
  });
});
