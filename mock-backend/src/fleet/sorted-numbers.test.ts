import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SortedNumbers } from './sorted-numbers.ts';

it('holds what a set would hold, in order', () => {
  const step = fc.record({ adds: fc.boolean(), number: fc.integer({ min: 0, max: 30 }) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const numbers = new SortedNumbers();
      const expected = new Set<number>();
      for (const { adds, number } of steps) {
        if (adds) numbers.add(number);
        else numbers.remove(number);
        if (adds) expected.add(number);
        else expected.delete(number);
        expect(Array.from({ length: numbers.size }, (_, at) => numbers.at(at))).toEqual(
          [...expected].sort((a, b) => a - b),
        );
      }
    }),
  );
});
