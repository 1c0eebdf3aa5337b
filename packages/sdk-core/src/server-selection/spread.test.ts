import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pickNearlyBest } from './spread.ts';

const servers = (...predicted: readonly number[]) =>
  predicted.map((predictedMs, index) => ({ name: index, predictedMs }));

describe('spreading those who flee', () => {
  it('gives each server that is nearly as good its share', () => {
    const candidates = servers(100, 110, 120, 400);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 1000; i++) {
      const picked = pickNearlyBest(candidates, i / 1000, 1.3);
      counts[picked?.name ?? 3] = (counts[picked?.name ?? 3] ?? 0) + 1;
    }
    expect(counts[3]).toBe(0);
    for (const count of counts.slice(0, 3)) expect(count).toBeGreaterThan(270);
    expect(counts.slice(0, 3)).toEqual([...counts.slice(0, 3)].sort((a, b) => b - a));
  });

  it('always gives one of those near the best, and the best alone where nobody is near', () => {
    const predicted = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(predicted, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (times, chance) => {
        const sorted = servers(...[...times].sort((a, b) => a - b));
        const picked = pickNearlyBest(sorted, chance, 1.3);
        expect(picked?.predictedMs).toBeLessThanOrEqual((sorted[0]?.predictedMs ?? 0) * 1.3);
        expect(pickNearlyBest(sorted, chance, 1)?.predictedMs).toBe(sorted[0]?.predictedMs);
      }),
    );
    expect(pickNearlyBest([], 0.5, 1.3)).toBeUndefined();
  });
});
