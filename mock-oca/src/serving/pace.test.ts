import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowance, QUANTUM_MS, refill, spend, startPace } from './pace.ts';

describe('pacing', () => {
  it('releases 10 KB each 10 ms at 8 Mbit/s', () => {
    let pace = startPace(8_000_000, 0);
    for (let step = 0; step < 100; step++) {
      const { bytes } = allowance(pace, 1_000_000);
      expect(bytes).toBe(10_000);
      pace = spend(pace, bytes);
      const { bytes: none, waitMs } = allowance(pace, 1_000_000);
      expect([none, waitMs]).toEqual([0, QUANTUM_MS]);
      pace = refill(pace, 8_000_000, (step + 1) * QUANTUM_MS);
    }
  });

  it('never sends more than the rate allows plus 200 ms, however it is asked', () => {
    const steps = fc.array(
      fc.record({ gapMs: fc.double({ min: 0, max: 500, noNaN: true }), wanted: fc.integer({ min: 1, max: 100_000 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e9 }), steps, (rateBps, asked) => {
        let pace = startPace(rateBps, 0);
        let nowMs = 0;
        let sentBytes = 0;
        for (const { gapMs, wanted } of asked) {
          nowMs += gapMs;
          pace = refill(pace, rateBps, nowMs);
          const { bytes, waitMs } = allowance(pace, wanted);
          expect(bytes > 0 || waitMs > 0).toBe(true);
          pace = spend(pace, bytes);
          sentBytes += bytes;
        }
        expect(sentBytes).toBeLessThanOrEqual((rateBps * (nowMs + 200)) / 8000 + 2);
      }),
    );
  });

  it('waits exactly as long as it says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 100_000 }), (rateBps, wanted) => {
        const empty = { ...startPace(rateBps, 0), creditBytes: 0 };
        const { waitMs } = allowance(empty, wanted);
        expect(allowance(refill(empty, rateBps, waitMs), wanted).bytes).toBeGreaterThan(0);
      }),
    );
  });

  it('is felt at once when it drops', () => {
    const fast = refill(startPace(1e9, 0), 1e9, 200);
    expect(allowance(refill(fast, 200_000, 200), 1_000_000).bytes).toBeLessThanOrEqual(250);
  });
});
