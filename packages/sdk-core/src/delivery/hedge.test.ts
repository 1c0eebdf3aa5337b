import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HedgeInput, planHedge } from './hedge.ts';

const MB = 1_000_000;

/** A megabyte to come at 200 kbit/s, five seconds of buffer, another server of 8 Mbit/s. */
const slow: HedgeInput = {
  reachedByte: MB,
  endByte: 2 * MB,
  spanMs: 1000,
  leastBps: 200_000,
  mostBps: 200_000,
  latencyMs: 40,
  neededInMs: 5000,
  other: { bps: 8 * MB, latencyMs: 40, isMeasured: true, hasAnswered: true },
};

describe('a range that will be late', () => {
  it('is met where both servers are done at the same time', () => {
    const plan = planHedge(slow);
    if (!plan.hedge) throw new Error(plan.reason);
    const firstMs = ((plan.meetByte - slow.reachedByte) * 8000) / 200_000;
    const secondMs = 40 + ((slow.endByte - plan.meetByte) * 8000) / (8 * MB);
    expect(Math.abs(firstMs - secondMs)).toBeLessThan(1);
  });

  it('goes on alone where it will be in time, even at its best, or was not seen for long enough', () => {
    expect(planHedge({ ...slow, neededInMs: 60_000 })).toEqual({ hedge: false, reason: 'in-time' });
    expect(planHedge({ ...slow, mostBps: 3 * MB })).toEqual({ hedge: false, reason: 'in-time' });
    expect(planHedge({ ...slow, spanMs: 300 })).toEqual({ hedge: false, reason: 'too-early' });
    expect(planHedge({ ...slow, spanMs: 900, latencyMs: 300 })).toEqual({ hedge: false, reason: 'too-early' });
  });

  it('goes on alone near its end', () => {
    expect(planHedge({ ...slow, endByte: MB + 50_000, neededInMs: 0 })).toEqual({
      hedge: false,
      reason: 'nearly-done',
    });
  });

  it('goes on alone where nobody is clearly better', () => {
    const { other: _, ...alone } = slow;
    expect(planHedge(alone)).toEqual({ hedge: false, reason: 'none-better' });
    const alike = { bps: 250_000, latencyMs: 40, isMeasured: true, hasAnswered: true };
    expect(planHedge({ ...slow, other: alike })).toEqual({ hedge: false, reason: 'none-better' });
  });

  it('needs a clearer gain from a server that is only assumed to be faster, less with nothing buffered', () => {
    const assumed = { bps: 500_000, latencyMs: 40, isMeasured: false, hasAnswered: true };
    const range = { ...slow, other: assumed };
    expect(planHedge(range).hedge).toBe(false);
    expect(planHedge({ ...range, other: { ...assumed, isMeasured: true } }).hedge).toBe(true);
    expect(planHedge({ ...range, neededInMs: 500 }).hedge).toBe(true);
    expect(planHedge({ ...range, neededInMs: 500, other: { ...assumed, hasAnswered: false } }).hedge).toBe(false);
  });

  it('whatever is known, the halves lie inside of the range, and both are worth a request', () => {
    const bps = fc.integer({ min: 0, max: 1e9 });
    const input = fc.record({
      reachedByte: fc.nat(MB),
      endByte: fc.integer({ min: MB, max: 20 * MB }),
      spanMs: fc.nat(3000),
      leastBps: bps,
      mostBps: bps,
      latencyMs: fc.nat(1000),
      neededInMs: fc.nat(20_000),
      other: fc.record({
        bps: bps.map((n) => n + 1),
        latencyMs: fc.nat(2000),
        isMeasured: fc.boolean(),
        hasAnswered: fc.boolean(),
      }),
    });
    fc.assert(
      fc.property(input, (given) => {
        const plan = planHedge({ ...given, leastBps: Math.min(given.leastBps, given.mostBps) });
        if (!plan.hedge) return;
        expect(plan.meetByte).toBeGreaterThanOrEqual(given.reachedByte);
        expect(given.endByte - plan.meetByte).toBeGreaterThanOrEqual(64 * 1024);
        expect(Number.isInteger(plan.meetByte)).toBe(true);
      }),
    );
  });
});
