import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { ErrorBody } from '@pressplay/protocol/messages';
import type { Oca } from '../../app.ts';
import { isControlTarget } from '../../faults/control-routes.ts';
import { loadNative } from '../../native/native.ts';
import type { RequestHead } from '../../serving/plan-response.ts';
import { CORS_HEADERS } from '../../serving/serve-plan.ts';
import type { TlsFiles } from '../tls-files.ts';
import { BufferPool } from './buffer-pool.ts';
import { plainDoor, tlsDoor } from './doors.ts';
import { pooledReader } from './pooled-reader.ts';
import { serveExchange } from './serve-exchange.ts';
import { SlowClients } from './slow-clients.ts';

const CHUNK_BYTES = 1024 * 1024;
const SLOW_CLIENT_MS = 60_000;

export interface NodeServer {
  /** Where it listens, as `http://127.20.1.1:8600`. */
  readonly url: string;
  /** Stops listening; resolves when the running responses ended, at the latest after `graceMs`, which cuts them. */
  close(graceMs: number): Promise<void>;
  /** Takes up renewed certificates, where it has some. Rejects, and keeps the old ones, where they are no good. */
  reload?(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly slowClientMs?: number;
  readonly slowHeadersMs?: number;
  /** A socket bound to that port already. */
  readonly fd?: number | undefined;
  /** HTTPS, by HTTP/2 or 1.1. */
  readonly tls?: TlsFiles | undefined;
}

/** Serves an OCA on a socket. Rejects with node's own error when it cannot listen. */
export async function listen(oca: Oca, options: ListenOptions): Promise<NodeServer> {
  const { host, port, fd, tls } = options;
  const slowClients = new SlowClients(options.slowClientMs ?? SLOW_CLIENT_MS);
  const receiver = { answer: handlerOf(oca, slowClients), refuse: refuseGarbage };
  const { server, close, reload } = tls ? tlsDoor(receiver, tls) : plainDoor(receiver, options.slowHeadersMs);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(fd === undefined ? { host, port } : { fd }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(server, tls ? 'https' : 'http'),
    close: (graceMs) => {
      slowClients.close();
      return close(graceMs);
    },
    ...(reload && { reload: async () => reload() }),
  };
}

function handlerOf(oca: Oca, slowClients: SlowClients): (request: IncomingMessage, response: ServerResponse) => void {
  const control = getRequestListener((request) => oca.control.fetch(request), { overrideGlobalObjects: false });
  const ports = { readerOf: pooledReader(new BufferPool()), slowClients, native: loadNative() };
  return (request, response) => {
    if (isControlTarget(request.url ?? '')) return void control(request, response);
    void serveExchange(oca.media.open(headOf(request), CHUNK_BYTES), request, response, ports);
  };
}

function headOf(request: IncomingMessage): RequestHead {
  // As they are, without a copy: only `Set-Cookie` would be a list, and nobody reads that.
  let headers = request.headers as Readonly<Record<string, string>>;
  // Of two the first counts, as in nginx. Node joins them in HTTP/1, and so does a client that means a list.
  if (headers.range?.includes(', ') && request.httpVersionMajor === 1)
    headers = { ...headers, range: request.headersDistinct.range?.[0] ?? '' };
  const address = request.socket.remoteAddress ?? '';
  const clientAddress = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return { method: request.method ?? '', target: request.url ?? '', headers, clientAddress };
}

/** What is no HTTP gets an answer in the form of all others. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const body: ErrorBody = {
    error: { code: 'request/invalid', message: 'This is no valid HTTP request.', context: {} },
  };
  const text = JSON.stringify(body);
  const headers = {
    ...CORS_HEADERS,
    'Content-Type': 'application/json',
    'Content-Length': String(text.length),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 400 Bad Request\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
}

function urlOf(server: Server, scheme: 'http' | 'https'): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
