import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyPace } from './copy-pace.ts';

const CAPACITY_BPS = 1e9;

describe('the pace of copies', () => {
  it.each([
    ['nobody watches, however busy the copies themselves make the box', 0.99, 0, Number.POSITIVE_INFINITY],
    ['the box is far from full', 0.5, 100, Number.POSITIVE_INFINITY],
    ['viewers have most of it', 0.75, 100, 0.2e9],
    ['viewers have all of it', 1.5, 100, 0.05e9],
  ])('is right where %s', (_what, busiestShare, viewers, rateBps) => {
    expect(copyPace(busiestShare, viewers, CAPACITY_BPS).rateBps).toBeCloseTo(rateBps, 0);
  });

  it('never grows with the load, and never stands still', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true }), (a, b) => {
        const [less, more] = [a, b].sort((x, y) => x - y).map((share) => copyPace(share, 1, CAPACITY_BPS).rateBps);
        expect(more).toBeLessThanOrEqual(less ?? 0);
        expect(more).toBeGreaterThan(0);
      }),
    );
  });
});
