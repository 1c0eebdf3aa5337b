import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestLogLine } from '../../serving/request-log.ts';
import { ResponseLog } from './response-log.ts';
import type { StartNote } from './start-notes.ts';

const lines: RequestLogLine[] = [];
let log: ResponseLog;
beforeEach(() => {
  lines.length = 0;
  log = new ResponseLog({ ocaId: 'a', sizeOf: () => 1000, write: (line) => void lines.push(line) });
});

const note = (id: string, changes: Partial<StartNote> = {}): StartNote => {
  return { id, atMs: 5000, method: 'GET', clientAddress: '::1', playId: 'play', fileId: 'file', range: '', ...changes };
};
const end = (id: string): string => `${id}\t9.5\t206\t10\tOK\tbytes 5-14/1000\t10`;
const told = (): string[] => lines.map(({ phase, requestId }) => `${phase} ${requestId}`);

describe('the log of what nginx sends', () => {
  it('has both lines at once of what ended soon, in the look of its beginning or in the next', () => {
    log.take([end('1')], [note('1'), note('2')]);
    expect(told()).toEqual(['start 1', 'end 1']);
    log.take([end('2')], []);
    expect(told()).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
    expect(lines[1]).toMatchObject({ range: [5, 15], status: 206, bytesSent: 10, outcome: 'complete', atMs: 9500 });
    expect(lines[0]).toMatchObject({ range: [5, 15], status: 206, atMs: 5000 });
  });

  it('tells at the second look that something runs, and later that it ended', () => {
    log.take([], [note('1', { range: 'bytes=-100' })]);
    expect(told()).toEqual([]);
    log.take([], []);
    expect(lines).toMatchObject([{ phase: 'start', range: [900, 1000], status: 206 }]);
    log.take([end('1')], []);
    expect(told()).toEqual(['start 1', 'end 1']);
  });

  it('leaves to Node what is handed to it', () => {
    log.take(['1'], [note('1'), note('2')]);
    log.take(['2'], []);
    log.take([], []);
    expect(told()).toEqual([]);
  });

  it('tells of what a crash took that it began, and never that it ended', () => {
    log.take([], [note('1')]);
    log.take([], [note('2')]);
    log.cut();
    log.take([end('1')], []);
    expect(told()).toEqual(['start 1', 'start 2']);
  });
});
