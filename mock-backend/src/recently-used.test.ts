import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecentlyUsed } from './recently-used.ts';

it('gives back what was put there last, or nothing, and never holds more than two halves', () => {
  const act = fc.record({ key: fc.nat(20), value: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(act, { maxLength: 60 }), (inHalf, acts) => {
      const kept = new RecentlyUsed<number, number>(inHalf);
      const all = new Map<number, number>();
      for (const { key, value } of acts) {
        if (value === undefined) expect([all.get(key), undefined]).toContain(kept.get(key));
        else {
          kept.set(key, value);
          all.set(key, value);
          expect(kept.get(key)).toBe(value);
        }
        // The older half may hold what moved to the newer one.
        expect(kept.size).toBeLessThanOrEqual(2 * inHalf);
      }
    }),
  );
});

it('keeps what is asked for while others come and go', () => {
  const kept = new RecentlyUsed<string, number>(3);
  kept.set('used', 1);
  for (let n = 0; n < 100; n++) {
    kept.set(`other ${n}`, n);
    expect(kept.get('used')).toBe(1);
  }
  expect(kept.get('other 0')).toBeUndefined();
});
