import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BELIEF_DEFAULTS,
  believeRate,
  NO_RATE,
  probabilityFaster,
  type RateRecord,
  rateMeasured,
  recordSlump,
  sampleRate,
} from './rate-belief.ts';

/** Samples of 150 ms, one after another. */
const sampled = (ratesBps: readonly number[], fromMs = 0, before: RateRecord = NO_RATE): RateRecord =>
  ratesBps.reduce(
    (record, bps, index) =>
      sampleRate(record, { bytes: (bps * 150) / 8000, durationMs: 150 }, fromMs + (index + 1) * 150),
    before,
  );
const steady = (bps: number, count: number): readonly number[] => new Array<number>(count).fill(bps);
const prior = (nowMs: number) => ({ bps: 1e6, nowMs });

describe('what is believed of a rate', () => {
  it('is the rate itself where it is steady, ever more surely', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e9 }), fc.integer({ min: 1, max: 50 }), (bps, count) => {
        const [few, more] = [count, count * 2].map((n) =>
          believeRate(rateMeasured(sampled(steady(bps, n))), prior(n * 150)),
        );
        expect(Math.exp(few?.meanLog ?? 0) / bps).toBeCloseTo(1, 6);
        expect(more?.sigma).toBeLessThanOrEqual((few?.sigma ?? 0) + 1e-9);
      }),
    );
  });

  it('is less sure of a restless link', () => {
    const restless = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 1e6 : 9e6));
    const calm = believeRate(rateMeasured(sampled(steady(5e6, 40))), prior(6000));
    expect(believeRate(rateMeasured(sampled(restless)), prior(6000)).sigma).toBeGreaterThan(2 * calm.sigma);
  });

  it('is hardly surer after half a second than after the first sample: both show one moment of the link', () => {
    const sigmaAfter = (count: number): number => {
      const record = rateMeasured(sampled(steady(5e6, count)));
      return believeRate(record, { ...prior(count * 150), linkDeviation: 0.3 }).sigma;
    };
    expect(sigmaAfter(3)).toBeGreaterThan(0.85 * sigmaAfter(1));
    expect(sigmaAfter(26)).toBeLessThan(0.7 * sigmaAfter(1));
  });

  it('fades into the prior with time, growing unsure on the way', () => {
    const measured = rateMeasured(sampled(steady(8e6, 40)));
    const at = (nowMs: number) => believeRate(measured, prior(nowMs));
    expect(at(16_000).sigma).toBeGreaterThan(at(6000).sigma);
    expect(at(60_000).meanLog).toBeLessThan(at(16_000).meanLog);
    expect(Math.exp(at(30 * 60_000).meanLog)).toBeCloseTo(1e6, -4);
    expect(at(30 * 60_000).sigma).toBeLessThanOrEqual(BELIEF_DEFAULTS.priorSigma + 1e-9);
  });

  it('takes a slump for what it is: it counts at once, and one day it will have ended', () => {
    const slump = rateMeasured(recordSlump(sampled(steady(8e6, 100)), 0.5e6, 16_000));
    const at = (nowMs: number): number => Math.exp(believeRate(slump, { bps: 8e6, nowMs }).meanLog);
    expect(at(16_000)).toBeCloseTo(0.5e6, -3);
    expect(at(76_000)).toBeGreaterThan(4e6);
  });

  it('waits longer for the end of a slump that came again', () => {
    const once = recordSlump(sampled(steady(8e6, 100)), 0.5e6, 16_000);
    const twice = recordSlump(once, 0.5e6, 30_000);
    const after30s = (record: RateRecord, fromMs: number): number =>
      believeRate(rateMeasured(record), { bps: 8e6, nowMs: fromMs + 30_000 }).meanLog;
    expect(after30s(twice, 30_000)).toBeLessThan(after30s(once, 16_000));
  });

  it('counts a sample after a long pause more than what was before the pause', () => {
    const before = sampled(steady(1e6, 100));
    const after = rateMeasured(sampled(steady(6e6, 4), 75_000, before));
    expect(after.throughputBps).toBeGreaterThan(5.5e6);
  });

  it('lets idle servers share half of what befell those at work', () => {
    const measured = rateMeasured(sampled(steady(8e6, 40)));
    const shifted = believeRate(measured, { ...prior(8000), linkShift: Math.log(0.25) });
    const still = believeRate(measured, prior(8000));
    expect(shifted.meanLog - still.meanLog).toBeCloseTo(Math.log(0.5), 6);
    expect(shifted.sigma).toBeGreaterThan(still.sigma);
  });

  it('gives probabilities that grow with the rate and shrink with the gain asked for', () => {
    const belief = (bps: number) => ({ meanLog: Math.log(bps), sigma: 0.3 });
    expect(probabilityFaster(belief(5e6), belief(5e6), 1)).toBeCloseTo(0.5, 6);
    expect(probabilityFaster(belief(6e6), belief(5e6), 1)).toBeGreaterThan(0.5);
    expect(probabilityFaster(belief(6e6), belief(5e6), 1.5)).toBeLessThan(0.5);
  });
});
