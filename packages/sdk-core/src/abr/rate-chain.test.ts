import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateChain } from './rate-chain.ts';

describe('the chain of levels', () => {
  it('drifts and remembers as it was told, for steps of one segment or of two', () => {
    const situations = [fc.double({ min: 0.01, max: 0.3, noNaN: true }), fc.integer({ min: 5, max: 60 })] as const;
    fc.assert(
      fc.property(...situations, fc.integer({ min: 1, max: 12 }), (drift, memoryS, segmentS) => {
        const chain = new RateChain({ drift, memoryS });
        chain.read(segmentS, 1);
        expect(chain.stay + chain.near + chain.far).toBeCloseTo(1);
        expect(2 * chain.edge + chain.middle).toBeCloseTo(1);
        const away = Math.log(chain.paces[2] ?? 0);
        expect(Math.log(chain.paces[0] ?? 0)).toBeCloseTo(-away);
        // One step from the middle: the variance of the drift. One step from above: what is remembered.
        expect(2 * chain.edge * away ** 2).toBeCloseTo(drift ** 2 * segmentS);
        expect(chain.stay - chain.far).toBeCloseTo(Math.exp(-segmentS / memoryS));
        const { far, stay } = chain;
        chain.read(segmentS, 2);
        expect(Math.log(chain.paces[2] ?? 0)).toBeCloseTo(away);
        expect(chain.stay - chain.far).toBeCloseTo((stay - far) ** 2);
      }),
    );
  });
});
