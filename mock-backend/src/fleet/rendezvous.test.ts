import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basisBehind, hash32, rendezvousOrder } from './rendezvous.ts';

const order = (key: string, members: readonly string[]) => rendezvousOrder(key, members, (member) => member);
const members = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 });

describe('rendezvous order', () => {
  it('keeps all members, and their order when one leaves', () => {
    fc.assert(
      fc.property(fc.string(), members, fc.nat(), (key, all, pick) => {
        const leaver = all[pick % all.length];
        const before = order(key, all);
        expect([...before].sort()).toEqual([...all].sort());
        expect(order(key, [...all].reverse())).toEqual(before);
        expect(
          order(
            key,
            all.filter((one) => one !== leaver),
          ),
        ).toEqual(before.filter((one) => one !== leaver));
      }),
    );
  });

  it('gives every member about the same share of first places', () => {
    const all = ['core-1-a', 'core-1-b', 'core-1-c'];
    const firsts = Array.from({ length: 3000 }, (_, i) => order(`file-${i}`, all)[0]);
    for (const one of all) expect(Math.abs(firsts.filter((first) => first === one).length - 1000)).toBeLessThan(120);
  });
});

it('hashes a text behind a beginning as both together', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (beginning, text) => {
      expect(hash32(text, basisBehind(beginning))).toBe(hash32(beginning + text));
    }),
  );
});
