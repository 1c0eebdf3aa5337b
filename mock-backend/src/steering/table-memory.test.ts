import { parseAddress, parsePrefix } from '@pressplay/protocol/routes';
import { expect, it } from 'vitest';
import { packAnnouncements } from './packed-announcements.ts';
import { buildPrefixTable, lookup, type PrefixTable } from './prefix-table.ts';
import { TableMemory } from './table-memory.ts';

/** A table of so many prefixes: 10.0.0.0/24, 10.0.1.0/24 and on; and the whole of IPv6. */
function tableOf(count: number): PrefixTable {
  const texts = [...Array.from({ length: count }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`), '::/0'];
  const announced = texts.flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix ? [{ prefix, feed: 0, asPathLength: 3, med: 7 }] : [];
  });
  return buildPrefixTable({
    v4: packAnnouncements(4, announced),
    v6: packAnnouncements(6, announced),
    feedClasses: Uint8Array.of(0),
  });
}

const memoryOf = ({ v4 }: PrefixTable): ArrayBufferLike => v4.index.blocks.buffer;

it('a table in shared memory is the same table', () => {
  const table = tableOf(200);
  const placed = new TableMemory().place(table);
  expect(placed).toEqual(table);
  expect(memoryOf(placed)).toBeInstanceOf(SharedArrayBuffer);
  const address = parseAddress('10.0.7.1');
  expect(address && lookup(placed, address)).toBe(7);
});

it('a table lies where the one before the last lay, and never where the last lies', () => {
  const memory = new TableMemory();
  const tables = [200, 100, 210, 200, 190].map(tableOf);
  const placed = tables.map((table, at) => {
    const now = memory.place(table);
    expect(now).toEqual(table);
    return { now, at };
  });
  const [first, second, third, fourth, fifth] = placed.map(({ now }) => memoryOf(now));
  expect([third, fourth, fifth]).toEqual([first, second, first]);
  expect(third).toBe(first);
  expect(fifth).toBe(first);
  expect(second).not.toBe(first);
  expect(placed[3]?.now).toEqual(tables[3]);
});

it('a table that outgrows the memory gets more of it', () => {
  const memory = new TableMemory();
  const before = memory.place(tableOf(2));
  memory.place(tableOf(2));
  const large = tableOf(4000);
  const after = memory.place(large);
  expect(after).toEqual(large);
  expect(memoryOf(after)).not.toBe(memoryOf(before));
});
