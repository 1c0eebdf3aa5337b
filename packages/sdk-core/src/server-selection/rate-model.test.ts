import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agedRates, learnRate, NO_RATES, type RateModel, rateBelief, spreadBetween } from './rate-model.ts';

const SAMPLE_MS = 500;
const server = (rank: number) => ({ ocaId: `oca-${rank}`, rank });

/** One sample after another of one server. */
const learned = (
  rank: number,
  ratesBps: readonly number[],
  { from = NO_RATES, atMs = from.atMs, linkShare = 0.5 }: { from?: RateModel; atMs?: number; linkShare?: number } = {},
): RateModel =>
  ratesBps.reduce((model, bps, index) => {
    const sample = { ...server(rank), bps, durationMs: SAMPLE_MS };
    return learnRate(model, sample, atMs + (index + 1) * SAMPLE_MS, linkShare);
  }, from);

const steady = (bps: number, count: number): readonly number[] => new Array<number>(count).fill(bps);
const bpsOf = (model: RateModel, rank: number): number => Math.exp(rateBelief(model, server(rank)).meanLog);
const spreadOf = (model: RateModel): number => spreadBetween(model, 'oca-0', 'oca-1');

describe('what is believed of a server', () => {
  it('is its rate where that is steady, ever more surely', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 1e9 }), fc.integer({ min: 4, max: 40 }), (bps, count) => {
        const [few, more] = [learned(0, steady(bps, count)), learned(0, steady(bps, 2 * count))];
        expect(bpsOf(more, 0) / bps).toBeCloseTo(1, 1);
        expect(rateBelief(more, server(0)).sigma).toBeLessThanOrEqual(rateBelief(few, server(0)).sigma + 1e-9);
      }),
    );
  });

  it('before anybody was measured falls with the rank', () => {
    expect(bpsOf(NO_RATES, 0)).toBeCloseTo(2_500_000, -1);
    expect(bpsOf(NO_RATES, 3)).toBeLessThan(bpsOf(NO_RATES, 1));
  });

  it('follows what another one shows of the line', () => {
    const met = learned(0, steady(8e6, 10), { from: learned(1, steady(8e6, 10)) });
    const slower = learned(0, [7e6, 6e6, 5e6, 4e6, ...steady(4e6, 10)], { from: met });
    expect(bpsOf(slower, 0)).toBeCloseTo(4e6, -6);
    expect(bpsOf(slower, 1)).toBeLessThan(0.65 * bpsOf(met, 1));
  });

  it('starts from the line that the first server has shown', () => {
    expect(bpsOf(learned(0, steady(20e6, 4)), 1)).toBeGreaterThan(15e6);
  });

  it('fades to what the rank says, relative to the line as it is', () => {
    const met = learned(0, steady(8e6, 20), { from: learned(1, steady(2e6, 10)) });
    const later = learned(0, steady(8e6, 1200), { from: met });
    expect(bpsOf(met, 1)).toBeLessThan(3e6);
    expect(bpsOf(later, 1)).toBeGreaterThan(6e6);
    expect(spreadOf(later)).toBeGreaterThan(spreadOf(met));
  });

  it('is less sure with every minute', () => {
    const model = learned(0, steady(8e6, 20));
    const sigmaAfter = (ms: number): number => rateBelief(agedRates(model, model.atMs + ms), server(0)).sigma;
    expect(sigmaAfter(60_000)).toBeGreaterThan(sigmaAfter(10_000));
    expect(sigmaAfter(10_000)).toBeGreaterThan(sigmaAfter(0));
  });
});

describe('two servers', () => {
  it('that were met one right after the other are compared without the line between them', () => {
    const model = learned(1, [4e6], { from: learned(0, steady(8e6, 10)) });
    const [a, b] = [rateBelief(model, server(0)), rateBelief(model, server(1))];
    expect(spreadOf(model)).toBeLessThan(Math.hypot(a.sigma, b.sigma));
  });

  it('are not compared by what they did on the line of another moment', () => {
    const met = learned(0, steady(8e6, 10), { from: learned(1, steady(7e6, 10)) });
    const risen = learned(0, [9e6, 11e6, 13e6, ...steady(16e6, 20)], { from: met });
    const ratio = (model: RateModel): number => bpsOf(model, 0) / bpsOf(model, 1);
    expect(ratio(risen)).toBeLessThan(1.6);
  });

  it('differ less by one lucky moment where the line is restless', () => {
    const restless = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 2e6 : 6e6));
    const advantage = (rates: readonly number[]): number => {
      const model = learned(1, [7e6], { from: learned(0, rates) });
      return (rateBelief(model, server(1)).meanLog - rateBelief(model, server(0)).meanLog) / spreadOf(model);
    };
    expect(advantage(restless)).toBeLessThan(0.5 * advantage(steady(3.5e6, 40)));
  });
});

describe('a collapse', () => {
  const before = learned(0, steady(8e6, 20), { from: learned(1, steady(7e6, 10)) });

  it('is rather the server’s: the other one is still expected to be fast', () => {
    const model = learned(0, steady(0.4e6, 2), { from: before });
    expect(bpsOf(model, 0)).toBeLessThan(0.8e6);
    expect(bpsOf(model, 1)).toBeGreaterThan(4e6);
  });

  it('is held against the line the more, the more often it was the line', () => {
    const after = (linkShare: number): number => bpsOf(learned(0, [3e6], { from: before, linkShare }), 1);
    expect(after(0.95)).toBeLessThan(after(0.05));
  });

  it('does not hide a line that carries more: who does far better shows it, and that the others do not', () => {
    const slow = learned(0, steady(1e6, 20));
    const model = learned(1, [12e6], { from: slow, atMs: slow.atMs });
    expect(bpsOf(model, 1)).toBeGreaterThan(8e6);
    expect(bpsOf(model, 0)).toBeLessThan(2e6);
    expect(bpsOf(model, 2)).toBeGreaterThan(4e6);
  });

  it('that was found by a crawl counts at once', () => {
    const sample = { ...server(0), bps: 0.3e6, durationMs: 0, isSlump: true };
    expect(bpsOf(learnRate(before, sample, before.atMs + 1000), 0)).toBeLessThan(0.5e6);
  });
});

describe('the model', () => {
  const sample = fc.record({
    rank: fc.nat(5),
    bps: fc.integer({ min: 0, max: 1e10 }),
    durationMs: fc.nat(5000),
    afterMs: fc.oneof(fc.nat(1000), fc.nat(3_600_000)),
    isSlump: fc.boolean(),
    linkShare: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('stays sound whatever comes: finite means, no negative variance, the same for both sides', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 80 }), (samples) => {
        let model = NO_RATES;
        for (const { rank, bps, durationMs, afterMs, isSlump, linkShare } of samples) {
          model = learnRate(model, { ...server(rank), bps, durationMs, isSlump }, model.atMs + afterMs, linkShare);
        }
        const { means, covariance } = model;
        for (const mean of means) expect(Number.isFinite(mean)).toBe(true);
        covariance.forEach((row, i) => {
          expect(row[i]).toBeGreaterThanOrEqual(-1e-9);
          row.forEach((value, j) => void expect(value).toBeCloseTo(covariance[j]?.[i] ?? Number.NaN, 9));
        });
        for (const { ocaId } of [0, 1, 2].map(server)) expect(spreadBetween(model, ocaId, 'oca-0')).toBeGreaterThan(0);
      }),
    );
  });
});
