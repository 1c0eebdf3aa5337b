import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReadingMarks } from './reading-marks.ts';

const PATH = '/disks/0/0123456789abcdef0123456789abcdef';
const MIB = 1024 * 1024;

it('tells all threads what is being read, and no longer once nobody reads it', () => {
  const part = fc.record({ from: fc.nat(40 * MIB), bytes: fc.integer({ min: 1, max: 4 * MIB }) });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), part, (parts, asked) => {
      const memory = new SharedArrayBuffer(ReadingMarks.BYTES + 8);
      const [agent, worker] = [new ReadingMarks(memory, 8), new ReadingMarks(memory, 8)];
      const unmark = parts.map(({ from, bytes }) => agent.mark(PATH, from, from + bytes));
      const end = asked.from + asked.bytes;
      const isRead = parts.some(({ from, bytes }) => from < end && asked.from < from + bytes);
      // Said of too much, where two parts share a mark or a MiB, never of too little.
      if (isRead) expect(worker.isReading(PATH, asked.from, end)).toBe(true);
      for (const each of unmark) each();
      expect(worker.isReading(PATH, asked.from, end)).toBe(false);
    }),
  );
});

it('does not take the parts of one file for each other', () => {
  const marks = new ReadingMarks();
  marks.mark(PATH, 0, 4 * MIB);
  for (let at = 4; at < 1000; at++) expect(marks.isReading(PATH, at * MIB, (at + 1) * MIB)).toBe(false);
});
