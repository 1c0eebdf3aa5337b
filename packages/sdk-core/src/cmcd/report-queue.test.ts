import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportWorth } from './event-keys.ts';
import { batchOf, MAX_QUEUED_REPORTS, type QueuedReport, withReport, withUnsent } from './report-queue.ts';

const report = (line: string, worth: ReportWorth = 'change'): QueuedReport => ({ line, worth });
const linesOf = (queue: readonly QueuedReport[]): readonly string[] => queue.map(({ line }) => line);

function filled(worth: ReportWorth, count: number, before: readonly QueuedReport[] = []): readonly QueuedReport[] {
  let queue = before;
  for (let i = 0; i < count; i++) queue = withReport(queue, report(`${worth} ${i}`, worth));
  return queue;
}

describe('a queue of reports that nobody takes', () => {
  it('drops the oldest interval first, then answers, then changes', () => {
    const full = filled('response', MAX_QUEUED_REPORTS - 2, filled('interval', 2));
    const once = withReport(full, report('error', 'lasting'));
    expect(linesOf(once)[0]).toBe('interval 1');
    const thrice = withReport(withReport(once, report('change')), report('more'));
    expect(linesOf(thrice)[0]).toBe('response 1');
    expect(linesOf(thrice).slice(-3)).toEqual(['error', 'change', 'more']);
  });

  it('keeps every error, however many reports come', () => {
    const kinds = fc.constantFrom<ReportWorth>('interval', 'response', 'change', 'lasting');
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 3 * MAX_QUEUED_REPORTS }), (worths) => {
        const queue = worths.reduce<readonly QueuedReport[]>(
          (before, worth, number) => withReport(before, report(`${number}`, worth)),
          [],
        );
        const errors = worths.filter((worth) => worth === 'lasting').length;
        expect(queue.filter(({ worth }) => worth === 'lasting')).toHaveLength(errors);
        expect(queue.length).toBe(Math.min(worths.length, Math.max(MAX_QUEUED_REPORTS, errors)));
        const numbers = queue.map(({ line }) => Number(line));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps one set of figures, the newest, also when an older one comes back unsent', () => {
    const figures = (line: string): QueuedReport => ({ line, worth: 'lasting', replaces: 'qoe' });
    const queue = withReport(withReport([], figures('old')), figures('new'));
    expect(linesOf(queue)).toEqual(['new']);
    expect(linesOf(withUnsent(queue, [figures('older'), report('before')]))).toEqual(['before', 'new']);
  });
});

describe('a batch', () => {
  it('holds what fits, in order, and at least one report', () => {
    const queue = [report('aaaa'), report('bb'), report('cc')];
    const { batch, rest } = batchOf(queue, { maxReports: 9, maxCharacters: 8 });
    expect([linesOf(batch), linesOf(rest)]).toEqual([['aaaa', 'bb'], ['cc']]);
    expect(linesOf(batchOf(queue, { maxReports: 9, maxCharacters: 1 }).batch)).toEqual(['aaaa']);
    expect(linesOf(batchOf(queue, { maxReports: 1, maxCharacters: 100 }).batch)).toEqual(['aaaa']);
  });
});
