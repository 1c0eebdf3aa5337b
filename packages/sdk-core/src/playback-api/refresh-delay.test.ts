import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refreshDelayMs } from './refresh-delay.ts';

const middle = (refreshInMs: number | undefined, failures: number) => refreshDelayMs({ refreshInMs, failures }, 0.5);

describe('a grant is asked for again', () => {
  it('when the backend said so, and not at all where it did not', () => {
    expect(middle(300_000, 0)).toBe(300_000);
    expect(middle(undefined, 0)).toBeUndefined();
  });

  it('after a failure soon, then less and less eagerly, but never given up', () => {
    const waits = [1, 2, 3, 4, 5, 6, 20].map((failures) => middle(undefined, failures));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('spread by a tenth to either side', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(random, fc.integer({ min: 1000, max: 1e7 }), (at, refreshInMs) => {
        const delayMs = refreshDelayMs({ refreshInMs, failures: 0 }, at) ?? 0;
        expect(delayMs).toBeGreaterThanOrEqual(0.9 * refreshInMs - 1e-6);
        expect(delayMs).toBeLessThanOrEqual(1.1 * refreshInMs + 1e-6);
      }),
    );
  });
});
