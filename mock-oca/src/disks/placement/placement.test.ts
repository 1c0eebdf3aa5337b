import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choseHeadSizes, idOf } from '../../testing/placed-files.ts';
import { type DiskRoom, demandOf, placeFile } from './place-file.ts';

const GIB = 2 ** 30;
const room = (disk: string, demand = 0, freeBytes = 100 * GIB): DiskRoom => ({ disk, demand, freeBytes });

describe('the disk for a file', () => {
  it('is the one with the least demand that has room', () => {
    expect(placeFile('x', GIB, [room('a', 3), room('b', 1), room('c', 2)])).toEqual({
      disk: 'b',
      reason: 'least-demand',
    });
    expect(placeFile('x', GIB, [room('a', 3), room('b', 1, 1000)])).toEqual({ disk: 'a', reason: 'only-room' });
    expect(placeFile('x', GIB, [room('a', 3, 1000)])).toBeUndefined();
  });

  it('is the same one again where demand is even', () => {
    const disks = ['a', 'b', 'c'].map((disk) => room(disk));
    expect(placeFile('x', GIB, disks)).toEqual(placeFile('x', GIB, [...disks].reverse()));
  });

  it('is never the same for all popular files: each disk draws a fair part of the demand', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(1000), (disks, seed) => {
        const demand = new Map(Array.from({ length: disks }, (_, i) => [`d${i}`, 0]));
        const files = 400;
        for (let rank = 0; rank < files; rank++) {
          const rooms = [...demand].map(([disk, drawn]) => room(disk, drawn));
          const { disk = '' } = placeFile(idOf(rank + seed), GIB, rooms) ?? {};
          demand.set(disk, (demand.get(disk) ?? 0) + demandOf(rank, files));
        }
        const drawn = [...demand.values()];
        // The most popular file alone draws 1: no placement can split it.
        const fair = drawn.reduce((sum, each) => sum + each, 0) / disks;
        expect(Math.max(...drawn)).toBeLessThan(Math.max(1, fair) * 1.05);
        expect(Math.min(...drawn)).toBeGreaterThan(fair * 0.7);
      }),
      { numRuns: 20 },
    );
  });
});

describe('what stays in memory', () => {
  it('is the most wanted that fits, and smaller files behind one that does not', () => {
    expect(choseHeadSizes([40, 30, 50, 20, 10], 100)).toEqual([40, 30, 20, 10]);
    expect(choseHeadSizes([40], 0)).toEqual([]);
  });
});
