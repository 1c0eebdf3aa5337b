import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestLogLine } from '../serving/request-log.ts';
import { openRequestLog } from './request-log-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'request-log-'));
  path = join(folder, 'logs', 'requests.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (number: number): RequestLogLine => {
  const about = { ocaId: 'a', method: 'GET', clientAddress: '::1', status: 200, reason: 'range' };
  return { phase: 'start', atMs: 0, requestId: String(number).padStart(5, '0'), ...about };
};
const idsIn = (file: string): number[] => {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((text) => Number(JSON.parse(text).requestId));
};
const text = (number: number): string => `${JSON.stringify(line(number))}\n`;
const lineBytes = text(0).length;

describe('the request log', () => {
  it('is written before the request goes on, or with its turn', async () => {
    const log = openRequestLog(path);
    log.write(line(1));
    expect(idsIn(path)).toEqual([1]);
    log.writeSoon(text(2));
    log.writeSoon(text(3));
    expect(idsIn(path)).toEqual([1]);
    await Promise.resolve();
    expect(idsIn(path)).toEqual([1, 2, 3]);
    log.writeSoon(text(4));
    log.close();
    expect(idsIn(path)).toEqual([1, 2, 3, 4]);
  });

  it('grows no larger than it may, and keeps so many files, losing no line of those', () => {
    const log = openRequestLog(path, { maxBytes: 4.5 * lineBytes, files: 2 });
    for (let number = 0; number < 18; number++) log.write(line(number));
    log.close();
    expect(idsIn(path)).toEqual([15, 16, 17]);
    expect(idsIn(`${path}.1`)).toEqual([10, 11, 12, 13, 14]);
    expect(idsIn(`${path}.2`)).toEqual([5, 6, 7, 8, 9]);
    expect(existsSync(`${path}.3`)).toBe(false);
    const again = openRequestLog(path, { maxBytes: 4.5 * lineBytes, files: 2 });
    again.write(line(18));
    again.write(line(19));
    again.close();
    expect(idsIn(`${path}.1`)).toEqual([15, 16, 17, 18, 19]);
  });

  it('begins a new file where somebody has moved it away', () => {
    const log = openRequestLog(path);
    log.write(line(1));
    renameSync(path, `${path}-yesterday`);
    log.write(line(2));
    log.reopen();
    log.write(line(3));
    log.close();
    expect([idsIn(`${path}-yesterday`), idsIn(path)]).toEqual([[1, 2], [3]]);
  });

  it('goes on in one file where it cannot be moved, and says so once', () => {
    const said: unknown[] = [];
    mkdirSync(`${path}.1`, { recursive: true });
    const log = openRequestLog(path, {
      maxBytes: 3 * lineBytes,
      files: 1,
      onFailure: (error) => void said.push(error),
    });
    for (let number = 0; number < 6; number++) log.write(line(number));
    log.close();
    expect(idsIn(path)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(said).toHaveLength(1);
  });
});
