import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; one that comes twice has its values joined by a bar. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawAsk {
  readonly method: string;
  readonly path: string;
  /** Sent as they are: in this order, also twice, also wrong. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | undefined;
}

/** One request by hand on a connection of its own, read until the server closes it. */
export function rawAsk(port: number, ask: RawAsk): Promise<RawAnswer> {
  const lines = [`${ask.method} ${ask.path} HTTP/1.1`, 'Host: x', 'Connection: close'];
  for (const [name, value] of ask.headers) lines.push(`${name}: ${value}`);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => void chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(parse(Buffer.concat(chunks))));
    socket.write(`${lines.join('\r\n')}\r\n\r\n${ask.body ?? ''}`);
  });
}

function parse(all: Buffer): RawAnswer {
  const end = all.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = all
    .subarray(0, end < 0 ? all.length : end)
    .toString('latin1')
    .split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}|${value}`;
  }
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    body: end < 0 ? Buffer.of() : all.subarray(end + 4),
  };
}
