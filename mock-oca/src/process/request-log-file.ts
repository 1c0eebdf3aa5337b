import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RequestLogLine } from '../serving/request-log.ts';

const MOST_LINES = 256;

export interface RequestLogFile {
  /** Before the request goes on: a SIGKILL cannot lose the start of a response. */
  readonly write: (line: RequestLogLine) => void;
  /** JSON lines with their ends; all of this turn go in one: for what is kept elsewhere until the turn is over. */
  readonly writeSoon: (text: string) => void;
  /** Begins a new file where somebody has moved this one away. */
  readonly reopen: () => void;
  /** For a file that others write, too: whether it was too large, and a new one is begun. */
  readonly moveOnIfLarge: () => boolean;
  readonly close: () => void;
}

export interface RequestLogOptions {
  /** A larger file is moved to `.1`, that one to `.2`, and so on; never where absent. */
  readonly maxBytes?: number | undefined;
  /** How many of them are kept. */
  readonly files?: number | undefined;
  /** Where it could not be moved: it goes on in the same file. */
  readonly onFailure?: (error: unknown) => void;
}

/** JSON lines, whole ones only: several processes may append to one file. */
export function openRequestLog(
  path: string,
  { maxBytes, files = 5, onFailure }: RequestLogOptions = {},
): RequestLogFile {
  mkdirSync(dirname(path), { recursive: true });
  let fd = openSync(path, 'a');
  let sizeBytes = fstatSync(fd).size;
  let soon: string[] = [];
  let limitBytes = maxBytes ?? Number.POSITIVE_INFINITY;
  const reopen = (): void => {
    const next = openSync(path, 'a');
    closeSync(fd);
    fd = next;
    sizeBytes = fstatSync(fd).size;
    limitBytes = maxBytes ?? Number.POSITIVE_INFINITY;
  };
  const rotate = (): void => {
    try {
      for (let number = files - 1; number >= 1; number--) moveIfThere(`${path}.${number}`, `${path}.${number + 1}`);
      renameSync(path, `${path}.1`);
      reopen();
    } catch (error) {
      // Not with each line again.
      limitBytes = sizeBytes + (maxBytes ?? 0);
      onFailure?.(error);
    }
  };
  const append = (text: string): void => {
    writeSync(fd, text);
    sizeBytes += text.length;
    if (sizeBytes > limitBytes) rotate();
  };
  const flush = (): void => {
    const texts = soon;
    soon = [];
    if (texts.length > 0) append(texts.join(''));
  };
  return {
    write: (line) => append(`${JSON.stringify(line)}\n`),
    writeSoon: (text) => {
      if (soon.push(text) === 1) queueMicrotask(flush);
      else if (soon.length >= MOST_LINES) flush();
    },
    reopen,
    moveOnIfLarge: () => {
      sizeBytes = fstatSync(fd).size;
      if (sizeBytes <= limitBytes) return false;
      rotate();
      return true;
    },
    close: () => {
      flush();
      closeSync(fd);
    },
  };
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}
