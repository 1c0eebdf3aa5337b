import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { carefulBps, type NetworkHistory, readHistory, startFromHistory, withPlay } from './start-history.ts';

const { video } = presentationOf(samplePlayResponse());
const DAY_MS = 86_400_000;
const NOW_MS = 1_800_000_000_000;

describe('what earlier plays saw of a network', () => {
  it('is counted on carefully, the more so the longer ago it was, and forgotten in the end', () => {
    const history = withPlay(undefined, 8e6, NOW_MS);
    const counted = [0, 1, 4, 13, 15].map((days) => carefulBps(history, NOW_MS + days * DAY_MS));
    expect(counted[0]).toBeLessThan(8e6);
    expect(counted[0]).toBeGreaterThan(2e6);
    expect(counted.slice(0, 4)).toEqual([...counted.slice(0, 4)].sort((a = 0, b = 0) => b - a));
    expect(counted[4]).toBeUndefined();
  });

  it('is counted on more where plays agree, and less where they do not', () => {
    const after = (rates: number[]): number | undefined =>
      carefulBps(
        rates.reduce<NetworkHistory | undefined>((history, bps) => withPlay(history, bps, NOW_MS), undefined),
        NOW_MS,
      );
    expect(after([8e6, 8e6, 8e6, 8e6, 8e6])).toBeGreaterThan(5e6);
    expect(after([16e6, 4e6, 16e6, 4e6, 8e6])).toBeLessThan(3e6);
  });

  it('is not counted on where the clock was set back', () => {
    const history = withPlay(undefined, 8e6, NOW_MS + DAY_MS);
    expect(carefulBps(history, NOW_MS) ?? 0).toBeLessThan(1e6);
  });

  it('survives any text in the store', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const history = readHistory(text);
        const bps = carefulBps(history, NOW_MS);
        expect(bps === undefined || bps >= 0).toBe(true);
      }),
    );
    for (const text of [
      undefined,
      '',
      'null',
      '7',
      '{"rateBps":-1,"spread":1,"atMs":1}',
      '{"rateBps":"9","spread":1,"atMs":1}',
    ])
      expect(readHistory(text)).toBeUndefined();
  });

  it('is read as it was written', () => {
    const history = withPlay(undefined, 5e6, NOW_MS);
    expect(readHistory(JSON.stringify(history))).toEqual(history);
  });
});

describe('the first choice on a known network', () => {
  const start = (bps: number, more = {}) =>
    startFromHistory({ video, segmentNumber: 0, bufferAheadMs: 0, ...more }, bps);

  it('is better than the lowest only where it comes hardly later', () => {
    expect(start(1e6).rendition).toBe(video[0]);
    expect(start(20e6).rendition).toBe(video[1]);
    expect(start(300e6)).toEqual({ rendition: video[3], reason: 'start-history' });
  });

  it('keeps to the limits', () => {
    expect(start(300e6, { limits: { maxHeightPx: 360 } }).rendition).toBe(video[1]);
  });
});
