import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { ErrorBody } from '@pressplay/protocol/messages';
import { isControlTarget } from '../../faults/control-target.ts';
import { loadNative } from '../../native/native.ts';
import type { MediaService } from '../../serving/media-service.ts';
import type { RequestHead } from '../../serving/plan-response.ts';
import { CORS_HEADERS } from '../../serving/serve-plan.ts';
import type { TlsFiles } from '../tls-files.ts';
import { BufferPool } from './buffer-pool.ts';
import { type Door, plainDoor, type Receiver, tlsDoor } from './doors.ts';
import { LateHeads } from './late-heads.ts';
import { NodeOutlet } from './node-outlet.ts';
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
  readonly slowClientMs?: number | undefined;
  readonly slowHeadersMs?: number | undefined;
  /** A socket bound to that port already. */
  readonly fd?: number | undefined;
  /** HTTPS, by HTTP/2 or 1.1. */
  readonly tls?: TlsFiles | undefined;
}

/** What answers: media by itself, and the control routes. */
export interface Answering {
  readonly media: MediaService;
  readonly control: { fetch(request: Request): Response | Promise<Response> };
}

/** A door that nobody has opened yet: to listen at, or to give connections to. */
export function doorOf(
  oca: Answering,
  { slowClientMs = SLOW_CLIENT_MS, slowHeadersMs, tls }: Partial<ListenOptions>,
): Door {
  const slowClients = new SlowClients(slowClientMs);
  const receiver = { ...answering(oca, slowClients), refuse: refuseGarbage };
  const door = tls ? tlsDoor(receiver, tls) : plainDoor(receiver, slowHeadersMs);
  const close = (graceMs: number): Promise<void> => {
    slowClients.close();
    return door.close(graceMs);
  };
  return { ...door, close };
}

/** Serves an OCA on a socket. Rejects with node's own error when it cannot listen. */
export async function listen(oca: Answering, options: ListenOptions): Promise<NodeServer> {
  const { host, port, fd, tls } = options;
  const { server, close, reload } = doorOf(oca, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(fd === undefined ? { host, port } : { fd }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: urlOf(server, tls ? 'https' : 'http'),
    close,
    ...(reload && { reload: async () => reload() }),
  };
}

function answering(oca: Answering, slowClients: SlowClients): Omit<Receiver, 'refuse'> {
  const control = getRequestListener((request) => oca.control.fetch(request), { overrideGlobalObjects: false });
  const readerOf = pooledReader(new BufferPool());
  const ports = { readerOf, slowClients, lateHeads: new LateHeads(), native: loadNative() };
  return {
    answer: (request, response) => {
      if (isControlTarget(request.url ?? '')) return void control(request, response);
      const outlet = new NodeOutlet(request, response);
      serveExchange(oca.media.open(headOf(request), CHUNK_BYTES), outlet, ports);
    },
    quick: {
      takes: (target) => !isControlTarget(target),
      answer: (head, outlet) => serveExchange(oca.media.open(head, CHUNK_BYTES), outlet, ports),
    },
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

export function urlOf(server: Server, scheme: 'http' | 'https'): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
