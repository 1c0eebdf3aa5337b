import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { AbandonWatch } from './abandon-watch.ts';

const { video } = presentationOf(
  samplePlayResponse({ videoBps: [300_000, 800_000, 1_600_000, 3_000_000], segments: 60 }),
);
const [, lower, , best] = video;
if (!best || !lower) throw new Error('the sample has four renditions');

const report = (elapsedMs: number, receivedBytes: number, loading = best) => ({
  video,
  segmentNumber: 10,
  bufferAheadMs: 4000,
  bufferGoalMs: 30_000,
  latencyMs: 50,
  current: best,
  loading: loading as NonNullable<typeof loading>,
  elapsedMs,
  receivedBytes,
  firstByteAfterMs: 50,
});

describe('the watch over downloads', () => {
  it('gives a collapse some moments to show itself', () => {
    const watch = new AbandonWatch();
    watch.begin(4_000_000);
    const reasons = [250, 500, 750, 1000, 1250, 1500, 2000, 2500, 3000].map(
      (atMs) => watch.judge(report(atMs, atMs * 10)).reason,
    );
    expect(reasons[0]).toBe('too-early');
    expect(reasons).toContain('worth-less');
  });

  it('leaves a slow server to delivery first, from the moment at which it was late', () => {
    const watch = new AbandonWatch();
    watch.begin(300_000);
    const at = (atMs: number) => watch.judge({ ...report(atMs, atMs * 5), patienceMs: 1000 }).reason;
    expect([400, 800, 1200, 1500].map(at)).toEqual(
      Array.from({ length: 3 }, () => 'other-server-first').concat('worth-less'),
    );
  });

  it('measures the server that took over, not the one that was slow', () => {
    const watch = new AbandonWatch();
    watch.begin(300_000);
    expect(watch.judge(report(400, 1000)).reason).toBe('worth-less');
    const other = new AbandonWatch();
    other.begin(300_000);
    other.begin(8_000_000, { elapsedMs: 3000, receivedBytes: 5000 });
    expect(other.judge(report(3350, 305_000)).reason).toBe('in-time');
  });

  it('does not give up the smaller one for the same reason again', () => {
    const watch = new AbandonWatch();
    watch.begin(300_000);
    const { instead } = watch.judge(report(400, 1000));
    expect(instead).toBeDefined();
    watch.begin(300_000);
    const again = watch.judge({ ...report(3000, 8000, instead), bufferAheadMs: 100 });
    expect(again.instead).toBeUndefined();
  });

  it('takes the smallest, whoever brings it, where the picture stands and nothing comes', () => {
    const [lowest] = video;
    const standing = { bufferAheadMs: 0, patienceMs: 3000 };
    const silent = (elapsedMs: number, more: object = {}) => {
      const watch = new AbandonWatch();
      watch.begin(4_000_000);
      return watch.judge({ ...report(elapsedMs, 0), firstByteAfterMs: undefined, ...standing, ...more });
    };
    expect(silent(2500)).toEqual({ instead: lowest, reason: 'standing-still' });
    expect(silent(1500).reason).toBe('too-early');
    expect(silent(2500, { bufferAheadMs: 1000 }).reason).toBe('too-early');
    expect(silent(2500, { loading: lowest }).reason).toBe('lowest');
  });

  it('waits for the rest of a segment where that is hardly more than the smallest from its start', () => {
    const bytes = (best.segments[10]?.endByte ?? 0) - (best.segments[10]?.startByte ?? 0);
    const afterSilence = (share: number) => {
      const watch = new AbandonWatch();
      watch.begin(4_000_000);
      const at = (ms: number) => watch.judge({ ...report(ms, bytes * share), bufferAheadMs: 0, patienceMs: 3000 });
      return [400, 1000, 1600, 2200, 2800].map((ms) => at(ms).reason).at(-1);
    };
    expect(afterSilence(0.9)).not.toBe('standing-still');
    expect(afterSilence(0.3)).toBe('standing-still');
  });
});
