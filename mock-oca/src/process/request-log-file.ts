import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RequestLogLine } from '../serving/request-log.ts';

/** JSON lines, each written before the request goes on: a SIGKILL cannot lose the start of a response. */
export function openRequestLog(path: string): {
  readonly write: (line: RequestLogLine) => void;
  readonly close: () => void;
} {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a');
  return {
    write: (line) => void writeSync(fd, `${JSON.stringify(line)}\n`),
    close: () => closeSync(fd),
  };
}
