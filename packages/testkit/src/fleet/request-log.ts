import { readFile } from 'node:fs/promises';

/** One line of an OCA's request log. `start` is on the disk before the first byte leaves: a SIGKILL cannot lose it. */
export interface RequestLogLine {
  readonly phase: 'start' | 'end';
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly requestId: string;
  readonly ocaId: string;
  readonly playId: string;
  readonly fileId: string;
  /** First byte and the first byte after the range; absent where nothing of the file is sent. */
  readonly range?: readonly [number, number];
  readonly status: number;
  readonly bytesSent?: number;
  readonly outcome?: string;
}

/** All lines of the log, oldest first; none where the OCA has logged nothing yet. */
export async function readRequestLog(file: string): Promise<RequestLogLine[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return parseRequestLog(text);
}

/** A process killed while writing leaves half a last line: it is not read. */
export function parseRequestLog(text: string): RequestLogLine[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RequestLogLine);
}
