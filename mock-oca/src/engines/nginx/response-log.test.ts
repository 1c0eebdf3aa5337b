import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestLogLine } from '../../serving/request-log.ts';
import { ResponseLog } from './response-log.ts';
import type { EndNote, StartNote } from './response-notes.ts';

const lines: RequestLogLine[] = [];
let log: ResponseLog;
beforeEach(() => {
  lines.length = 0;
  const write = (text: string): void => {
    expect(text.endsWith('\n')).toBe(true);
    lines.push(
      ...text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  };
  log = new ResponseLog({ ocaId: 'a', sizeOf: (fileId) => (fileId === 'file' ? 1000 : undefined), write });
});

const note = (id: string, more: Partial<StartNote> = {}): StartNote => {
  return { id, atMs: 5001, method: 'GET', clientAddress: '::1', playId: 'play', fileId: 'file', range: '', ...more };
};
const part = { range: 'bytes=5-14' };
const end = (id: string, status = 206, bodyBytes = 10): EndNote => ({ id, atMs: 9500, status, bodyBytes });
/** As the notes are read: an end has its start with it, where both are new. */
const take = (starts: readonly StartNote[], ends: readonly EndNote[] = []): void =>
  log.take({
    starts: starts.filter(({ id }) => !ends.some((each) => each.id === id)),
    ends: ends.map((each) => ({ ...each, start: starts.find(({ id }) => id === each.id) })),
  });
const told = (): string[] => lines.map(({ phase, requestId }) => `${phase} ${requestId}`);

describe('the log of what nginx sends', () => {
  it('has both lines at once of what ended soon, in the look of its beginning or in the next', () => {
    take([note('1', part), note('2', part)], [end('1')]);
    expect(told()).toEqual(['start 1', 'end 1']);
    take([], [end('2')]);
    expect(told()).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
    const about = { ocaId: 'a', requestId: '1', method: 'GET', clientAddress: '::1', playId: 'play', fileId: 'file' };
    const sent = { range: [5, 15], status: 206, reason: 'range' };
    expect(lines.slice(0, 2)).toEqual([
      { phase: 'start', ...about, ...sent, atMs: 5001 },
      { phase: 'end', ...about, ...sent, atMs: 9500, bytesSent: 10, bytesFlushed: 10, outcome: 'complete' },
    ]);
  });

  it('tells at the second look that something runs, and later that it ended', () => {
    take([note('1', { range: 'bytes=-100' })]);
    expect(told()).toEqual([]);
    take([]);
    expect(lines).toMatchObject([{ phase: 'start', range: [900, 1000], status: 206 }]);
    take([], [end('1')]);
    expect(told()).toEqual(['start 1', 'end 1']);
  });

  it('says of which bytes an answer was, where it was of any, and whether they all went', () => {
    const starts = [
      note('1', part),
      note('2'),
      note('3', { ...part, method: 'HEAD' }),
      note('4', { range: 'bytes=5-' }),
    ];
    take(starts, [end('1', 200, 700), end('2', 304, 0), end('3', 206, 0), end('4', 206, 995)]);
    expect(lines.filter(({ phase }) => phase === 'end')).toMatchObject([
      { range: [0, 1000], status: 200, bytesSent: 700, outcome: 'client-closed' },
      { status: 304, reason: 'not-modified', outcome: 'complete' },
      { status: 206, method: 'HEAD', outcome: 'complete' },
      { range: [5, 1000], outcome: 'complete' },
    ]);
    expect(lines.slice(2, 6).every((line) => !('range' in line))).toBe(true);
  });

  it('says nothing of the bytes of a file that is gone', () => {
    take([note('1', { ...part, fileId: 'gone' })], [end('1')]);
    expect(lines[1]).toMatchObject({ status: 206, bytesSent: 10, outcome: 'complete' });
    expect(lines[1]).not.toHaveProperty('range');
  });

  it('knows what runs', () => {
    take([note('1'), note('2')]);
    take([note('3'), note('4')], [end('1'), end('4')]);
    expect(log.running().map(({ id }) => id)).toEqual(['3', '2']);
  });

  it('tells of what a crash took that it began, and never that it ended', () => {
    take([note('1')]);
    take([note('2')]);
    log.cut();
    take([], [end('1')]);
    expect(told()).toEqual(['start 1', 'start 2']);
  });
});
