import type { RequestLogLine } from '../../serving/request-log.ts';

/**
 * A whole line of nginx's log, of a response whose beginning was not noted, as the two lines of ours. Undefined for what is
 * no line of it.
 */
export function requestLogLines(text: string, ocaId: string): readonly [RequestLogLine, RequestLogLine] | undefined {
  const line = parse(text);
  if (!line) return undefined;
  const endedAtMs = Math.round(Number(line.endedAtS) * 1000);
  const range = rangeOf(line);
  const about = {
    ocaId,
    requestId: line.id ?? '',
    method: (line.method ?? '').slice(0, 20),
    clientAddress: line.client ?? '',
    ...(line.play && { playId: line.play }),
    ...(line.file && { fileId: line.file }),
    ...(range && { range }),
    status: Number(line.status),
    reason: reasonOf(Number(line.status)),
  };
  const bytesSent = Number(line.bytes);
  return [
    { phase: 'start', ...about, atMs: endedAtMs - Math.round(Number(line.tookS) * 1000) },
    {
      phase: 'end',
      ...about,
      atMs: endedAtMs,
      bytesSent,
      bytesFlushed: bytesSent,
      outcome: line.whole === 'OK' ? 'complete' : 'client-closed',
    },
  ];
}

type Fields = Readonly<Record<string, string | undefined>>;

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'endedAtS' in value ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function rangeOf({ status, method, range = '', length = '' }: Fields): readonly [number, number] | undefined {
  if (method !== 'GET') return undefined;
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(range) ?? [];
  if (first !== undefined) return [Number(first), Number(last) + 1];
  return status === '200' && length !== '' ? [0, Number(length)] : undefined;
}

export function reasonOf(status: number): string {
  if (status === 206) return 'range';
  if (status === 304) return 'not-modified';
  return status === 503 ? 'oca/overloaded' : 'no-range';
}
