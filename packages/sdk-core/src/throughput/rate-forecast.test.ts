import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endOfTransfer,
  expectationOf,
  forecastFrom,
  NO_FORECAST,
  observeRate,
  type RateForecast,
} from './rate-forecast.ts';

/** Transfers of two seconds, one every four. */
function after(ratesBps: readonly number[], before: RateForecast = NO_FORECAST): RateForecast {
  return ratesBps.reduce((state, bps) => {
    const nowMs = state.observedAtMs + 4000;
    return endOfTransfer(observeRate(state, { bytes: bps / 4, durationMs: 2000 }, nowMs), nowMs);
  }, before);
}

const expectedBps = (state: RateForecast): number => expectationOf(state)?.bps ?? Number.NaN;
const spread = (state: RateForecast): number => expectationOf(state)?.spread ?? Number.NaN;
const steady = (bps: number, count: number): number[] => Array.from({ length: count }, () => bps);
const swinging = (count: number): number[] => Array.from({ length: count }, (_, at) => (at % 2 === 0 ? 1.5e6 : 4.5e6));

describe('the forecast of the rate', () => {
  it('is absent before the first bytes, and there with them', () => {
    expect(expectationOf(NO_FORECAST)).toBeUndefined();
    expect(expectedBps(observeRate(NO_FORECAST, { bytes: 25_000, durationMs: 100 }, 100))).toBeCloseTo(2e6);
  });

  it('is the rate of a steady network, ever more surely', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50_000, max: 500_000_000 }), (bps) => {
        expect(expectedBps(after(steady(bps, 12)))).toBeCloseTo(bps, -Math.log10(bps) + 3);
        expect(spread(after(steady(bps, 12)))).toBeLessThan(spread(after([bps])));
      }),
    );
  });

  it('averages a network that swings, and knows that it does', () => {
    const settled = [40, 41].map((count) => expectedBps(after(swinging(count))));
    for (const bps of settled) {
      expect(bps).toBeGreaterThan(2e6);
      expect(bps).toBeLessThan(3.4e6);
    }
    expect(spread(after(swinging(40)))).toBeGreaterThan(1.5 * spread(after(steady(3e6, 40))));
  });

  it('follows a jump of a calm network with the first window, up as well as down', () => {
    const calm = after(steady(2e6, 20));
    expect(expectedBps(after([20e6], calm))).toBeGreaterThan(15e6);
    expect(expectedBps(after([0.2e6], calm))).toBeLessThan(0.27e6);
  });

  it('follows a change sooner when it had time to happen', () => {
    const calm = after(steady(2e6, 20));
    const at = (waitMs: number): number => {
      const nowMs = calm.observedAtMs + waitMs;
      return expectedBps(endOfTransfer(observeRate(calm, { bytes: 700_000, durationMs: 2000 }, nowMs), nowMs));
    };
    expect(at(60_000)).toBeGreaterThan(at(2500));
  });

  it('keeps snippets until they say something', () => {
    const snippet = { bytes: 2500, durationMs: 20 };
    const one = endOfTransfer(observeRate(NO_FORECAST, snippet, 20), 20);
    expect(one.models).toHaveLength(0);
    expect(expectedBps(one)).toBeCloseTo(1e6);
    const three = [40, 60].reduce((state, nowMs) => endOfTransfer(observeRate(state, snippet, nowMs), nowMs), one);
    expect(three.models.length).toBeGreaterThan(0);
    expect(expectedBps(three)).toBeCloseTo(1e6);
  });

  it('stays a number whatever it is fed', () => {
    const sample = fc.record({ bytes: fc.nat(1e9), durationMs: fc.nat(60_000), waitMs: fc.nat(1e7) });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), (samples) => {
        let nowMs = 0;
        let state = NO_FORECAST;
        for (const { waitMs, ...one } of samples) {
          nowMs += waitMs;
          state = endOfTransfer(observeRate(state, one, nowMs), nowMs);
        }
        const { bps, spread: deviation } = expectationOf(state) ?? { bps: 0, spread: 0 };
        expect(bps).toBeGreaterThan(0);
        expect(Number.isFinite(bps)).toBe(true);
        expect(deviation).toBeGreaterThan(0);
        expect(Number.isFinite(deviation)).toBe(true);
      }),
    );
  });

  it('starts anew where the rate is known', () => {
    expect(expectedBps(forecastFrom(3e5, 0))).toBeCloseTo(3e5);
  });
});
