import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Content } from '../steering/content.ts';
import { HeldFiles } from './file-set.ts';
import { type Holder, Inventories } from './inventories.ts';

const fleetOf = (count: number) => {
  const inventories = new Inventories<Holder>();
  const ocas = Array.from({ length: count }, () =>
    inventories.add((number): Holder => ({ number, content: undefined as Content | undefined })),
  );
  return { inventories, ocas };
};

const fileId = fc.integer({ min: 0, max: 70 }).map((at) => `file-${at}`);
const report = fc.record({ oca: fc.nat(4), fileIds: fc.uniqueArray(fileId) });

it('knows who holds what after any row of reports, and what was news', () => {
  fc.assert(
    fc.property(fc.array(report), fc.uniqueArray(fileId, { maxLength: 4 }), (reports, asked) => {
      const { inventories, ocas } = fleetOf(5);
      const expected = new Map<number, Set<string>>();
      for (const { oca, fileIds } of reports) {
        const [before, after] = [expected.get(oca), new Set(fileIds)];
        const isSame = before !== undefined && before.size === after.size && [...after].every((id) => before.has(id));
        const holder = ocas[oca] ?? expect.fail('no such OCA');
        expect(inventories.take(holder, fileIds)).toBe(!isSame);
        expected.set(oca, after);
      }
      for (const { number, content } of ocas)
        expect([...new HeldFiles(inventories.files, content)].sort()).toEqual([...(expected.get(number) ?? [])].sort());
      const complete = [...expected].filter(([, held]) => asked.length > 0 && asked.every((id) => held.has(id)));
      const found = (limit: number): number[] => {
        const numbers: number[] = [];
        inventories.visitHolders(inventories.files.listOf(asked), ({ number }) =>
          numbers.push(number) < limit ? 'more' : 'enough',
        );
        return numbers;
      };
      const all = complete.map(([number]) => number).sort((a, b) => a - b);
      expect(found(Number.POSITIVE_INFINITY)).toEqual(all);
      expect(found(2)).toEqual(all.slice(0, 2));
    }),
  );
});

it('takes what is said again for no news, whatever others with the same hash say meanwhile', () => {
  const { inventories, ocas } = fleetOf(2);
  const [one, other] = ocas;
  if (!one || !other) throw new Error('no OCAs');
  expect(inventories.take(one, [])).toBe(true);
  expect(inventories.take(other, ['file-0'])).toBe(true);
  expect(inventories.take(one, [])).toBe(false);
});

it('keeps equal inventories once', () => {
  const { inventories, ocas } = fleetOf(2);
  for (const oca of ocas) inventories.take(oca, oca.number === 0 ? ['a', 'b'] : ['b', 'a']);
  expect(ocas[0]?.content).toBe(ocas[1]?.content);
});
