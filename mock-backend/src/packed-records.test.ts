import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedRecords } from './packed-records.ts';

/** What is kept of a key is the key. */
function keep(records: PackedRecords, [high, low]: readonly [number, number]): void {
  const known = records.find(high, low);
  const at = known >= 0 ? known : records.put(high, low);
  records.values[at] = high;
  records.values[at + 1] = low;
}

function kept(records: PackedRecords, [high, low]: readonly [number, number]): (number | undefined)[] | undefined {
  const at = records.find(high, low);
  return at < 0 ? undefined : [records.values[at], records.values[at + 1]];
}

describe('packed records', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

  it('give each key its own fields, also while they grow, and none to a key that never came', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 900 }), fc.tuple(word, word), (keys, other) => {
        const records = new PackedRecords(2, 4096);
        const all = new Set(keys.map(([high, low]) => `${high} ${low}`));
        for (const key of keys) {
          keep(records, key);
          expect(kept(records, key)).toEqual(key);
        }
        // More than eight of one set may come: one of them goes for the next.
        expect(records.size).toBeLessThanOrEqual(all.size);
        for (const key of keys) expect([undefined, JSON.stringify(key)]).toContain(JSON.stringify(kept(records, key)));
        if (!all.has(`${other[0]} ${other[1]}`)) expect(kept(records, other)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('forget nobody while half of them is free, or nearly', () => {
    const records = new PackedRecords(2, 16_384);
    for (let n = 0; n < 8000; n++) keep(records, [n, n * 7]);
    let lost = 0;
    for (let n = 0; n < 8000; n++) if (!kept(records, [n, n * 7])) lost++;
    expect(lost).toBeLessThan(160);
    expect(records.size).toBe(8000 - lost);
  });

  it('are bounded, and keep who is asked for again and again while others come', () => {
    const records = new PackedRecords(2, 256);
    keep(records, [7, 7]);
    for (let n = 0; n < 5000; n++) {
      keep(records, [n, 1]);
      expect(kept(records, [7, 7])).toEqual([7, 7]);
    }
    expect(records.size).toBe(256);
    expect(records.values).toHaveLength(256 * 4);
  });
});
