import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_RATE, probabilityFaster, type RateRecord, rateMeasured, recordSlump, sampleRate } from './rate-belief.ts';

/** Samples of 150 ms, one after another. */
const sampled = (bps: number, count: number, fromMs = 0, before: RateRecord = NO_RATE): RateRecord =>
  Array.from({ length: count }).reduce<RateRecord>(
    (record, _, index) =>
      sampleRate(record, { bytes: (bps * 150) / 8000, durationMs: 150 }, fromMs + (index + 1) * 150),
    before,
  );

describe('the record of one server', () => {
  it('knows nothing before the first sample', () => {
    expect(rateMeasured(NO_RATE)).toEqual({});
  });

  it('of a constant rate is that rate, from the first sample on, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 1e9 }),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 50 }),
        (bps, durationsMs) => {
          const record = durationsMs.reduce(
            (before, durationMs) => sampleRate(before, { bytes: (bps * durationMs) / 8000, durationMs }, 0),
            NO_RATE,
          );
          const { quickBps = 0, usualBps = 0 } = rateMeasured(record);
          expect(quickBps / bps).toBeCloseTo(1, 6);
          expect(usualBps / bps).toBeCloseTo(1, 6);
        },
      ),
    );
  });

  it('lies between the least and the greatest rate seen', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1000, max: 1e8 }), { minLength: 1, maxLength: 30 }), (rates) => {
        const record = rates.reduce((before, bps, index) => sampled(bps, 1, index * 150, before), NO_RATE);
        for (const estimate of [rateMeasured(record).quickBps, rateMeasured(record).usualBps]) {
          expect(estimate).toBeGreaterThanOrEqual(Math.min(...rates) * 0.999);
          expect(estimate).toBeLessThanOrEqual(Math.max(...rates) * 1.001);
        }
      }),
    );
  });

  it('follows the moment at once, and what is usual slowly', () => {
    const { quickBps, usualBps } = rateMeasured(sampled(1e6, 10, 30_000, sampled(8e6, 200)));
    expect(quickBps).toBeLessThan(3e6);
    expect(usualBps).toBeGreaterThan(6e6);
  });

  it('takes a slump for what it is: it counts at once, and what was usual stays known', () => {
    const { quickBps, usualBps } = rateMeasured(recordSlump(sampled(8e6, 200), 0.5e6, 31_000));
    expect(quickBps).toBeCloseTo(0.5e6, -3);
    expect(usualBps).toBeGreaterThan(6e6);
  });

  it('counts a sample after a long pause more than what was before the pause', () => {
    expect(rateMeasured(sampled(6e6, 4, 75_000, sampled(1e6, 100))).quickBps).toBeGreaterThan(5.5e6);
  });
});

describe('the probability that one server is faster', () => {
  const belief = (bps: number) => ({ meanLog: Math.log(bps), sigma: 0.3 });

  it('grows with the rate and shrinks with the gain asked for', () => {
    expect(probabilityFaster(belief(5e6), belief(5e6), 1, 0.4)).toBeCloseTo(0.5, 6);
    expect(probabilityFaster(belief(6e6), belief(5e6), 1, 0.4)).toBeGreaterThan(0.5);
    expect(probabilityFaster(belief(6e6), belief(5e6), 1.5, 0.4)).toBeLessThan(0.5);
  });

  it('is the more certain the less their difference may vary', () => {
    const within = (spread: number): number => probabilityFaster(belief(6e6), belief(5e6), 1, spread);
    expect(within(0.1)).toBeGreaterThan(within(0.5));
  });
});
