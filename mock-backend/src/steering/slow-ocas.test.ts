import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slowOcas } from './slow-ocas.ts';

const PLAY_BPS = 4e6;
const of = (measured: Readonly<Record<string, number>>) =>
  Object.entries(measured).map(([ocaId, throughputBps]) => ({ ocaId, throughputBps }));

it('puts back an OCA that gives less than the play may need, and no other', () => {
  expect([...slowOcas(of({ a: 1e6 }), PLAY_BPS)]).toEqual(['a']);
  expect([...slowOcas(of({ a: 1e6, b: 9e6 }), PLAY_BPS)]).toEqual(['a']);
  expect([...slowOcas(of({ a: 4e6 }), PLAY_BPS)]).toEqual([]);
});

it('leaves a player on a slow line alone once a few OCAs gave the same', () => {
  expect([...slowOcas(of({ a: 1e6, b: 1.1e6 }), PLAY_BPS)]).toEqual(['a', 'b']);
  expect([...slowOcas(of({ a: 1e6, b: 1.1e6, c: 1e6 }), PLAY_BPS)]).toEqual([]);
});

it('keeps behind what is clearly worse than another, however many were tried', () => {
  expect([...slowOcas(of({ a: 0.5e6, b: 2e6, c: 1.9e6 }), PLAY_BPS)]).toEqual(['a']);
});

it('never puts back what gives enough, nor after a few the best of all', () => {
  const reports = fc.uniqueArray(
    fc.record({ ocaId: fc.constantFrom(...'abcdefgh'), throughputBps: fc.integer({ min: 0, max: 1e7 }) }),
    { selector: ({ ocaId }) => ocaId, minLength: 1 },
  );
  fc.assert(
    fc.property(reports, (measured) => {
      const slow = slowOcas(measured, PLAY_BPS);
      const best = measured.reduce((a, b) => (b.throughputBps > a.throughputBps ? b : a));
      for (const { ocaId, throughputBps } of measured)
        if (slow.has(ocaId)) expect(throughputBps).toBeLessThan(PLAY_BPS);
      if (measured.length >= 3) expect(slow.has(best.ocaId)).toBe(false);
    }),
  );
});
