import { beforeEach, describe, expect, it } from 'vitest';
import type { RequestLogLine } from '../../serving/request-log.ts';
import { ResponseLog } from './response-log.ts';

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
  log = new ResponseLog({ ocaId: 'a', sizeOf: () => 1000, write });
});

const note = (id: string, { range = '', method = 'GET' } = {}): string => {
  return [id, '5.001', method, '::1', 'play', 'file', range].join('\t');
};
const end = (id: string): string => `${id}\t9.5\t206\t10\tOK\tbytes 5-14/1000\t10`;
const told = (): string[] => lines.map(({ phase, requestId }) => `${phase} ${requestId}`);

describe('the log of what nginx sends', () => {
  it('has both lines at once of what ended soon, in the look of its beginning or in the next', () => {
    log.take([end('1')], [note('1'), note('2')]);
    expect(told()).toEqual(['start 1', 'end 1']);
    log.take([end('2')], []);
    expect(told()).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
    const about = { ocaId: 'a', requestId: '1', method: 'GET', clientAddress: '::1', playId: 'play', fileId: 'file' };
    const sent = { range: [5, 15], status: 206, reason: 'range' };
    expect(lines.slice(0, 2)).toEqual([
      { phase: 'start', ...about, ...sent, atMs: 5001 },
      { phase: 'end', ...about, ...sent, atMs: 9500, bytesSent: 10, bytesFlushed: 10, outcome: 'complete' },
    ]);
  });

  it('tells at the second look that something runs, and later that it ended', () => {
    log.take([], [note('1', { range: 'bytes=-100' })]);
    expect(told()).toEqual([]);
    log.take([], []);
    expect(lines).toMatchObject([{ phase: 'start', range: [900, 1000], status: 206 }]);
    log.take([end('1')], []);
    expect(told()).toEqual(['start 1', 'end 1']);
  });

  it('says of which bytes an answer was, where it was of any', () => {
    const whole = '1\t9.5\t200\t700\t\t-\t1000';
    const unchanged = '2\t9.5\t304\t0\tOK\t-\t-';
    const head = '3\t9.5\t206\t0\tOK\tbytes 5-14/1000\t10';
    log.take([whole, unchanged, head], [note('1'), note('2'), note('3', { method: 'HEAD' })]);
    expect(lines.filter(({ phase }) => phase === 'end')).toMatchObject([
      { range: [0, 1000], status: 200, bytesSent: 700, outcome: 'client-closed' },
      { status: 304, reason: 'not-modified' },
      { status: 206, method: 'HEAD' },
    ]);
    expect(lines.slice(2).every((line) => !('range' in line))).toBe(true);
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
