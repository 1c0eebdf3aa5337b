import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { TlsFiles } from '../tls-files.ts';
import { QuickLane, type QuickReceiver } from './quick-lane.ts';

export interface Receiver {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** For requests that need no parser of node's. */
  readonly quick: QuickReceiver;
  /** Told of what is no HTTP. */
  readonly refuse: (error: NodeJS.ErrnoException, socket: Socket) => void;
}

/** What clients come in by. */
export interface Door {
  readonly server: Server;
  /** Takes nobody in any more; resolves when all are gone, at the latest after `graceMs`. */
  close(graceMs: number): Promise<void>;
  /** Takes up renewed certificates. Throws, and keeps the old ones, where they are no good. */
  reload?(): void;
}

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** Responses at once over one HTTP/2 connection. */
const MAX_STREAMS = 128;

/** `slowHeadersMs`: for the head of a request to be there. */
export function plainDoor(receiver: Receiver, slowHeadersMs = HEADERS_TIMEOUT_MS): Door {
  // Node looks twice a minute, which lets them stay four times as long.
  const server = createServer({ connectionsCheckingInterval: slowHeadersMs / 10 }, receiver.answer);
  const lane = new QuickLane(server, receiver.quick, { headersMs: slowHeadersMs, keepAliveMs: KEEP_ALIVE_MS });
  return { server, close: closing(prepared(server, receiver, slowHeadersMs), () => lane.close()) };
}

/** HTTP/2 for who speaks it, else HTTP/1.1. Throws where the files cannot be read or do not fit. */
export function tlsDoor(receiver: Receiver, files: TlsFiles): Door {
  const server = createSecureServer({
    ...read(files),
    allowHTTP1: true,
    handshakeTimeout: HEADERS_TIMEOUT_MS,
    settings: { maxConcurrentStreams: MAX_STREAMS },
  });
  server.on('request', receiver.answer as unknown as (request: object, response: object) => void);
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.setTimeout(KEEP_ALIVE_MS, () => session.close());
    session.once('close', () => sessions.delete(session));
  });
  const goodbye = (): void => {
    for (const session of sessions) session.close();
  };
  return {
    server,
    close: closing(prepared(server as unknown as TimedServer, receiver, HEADERS_TIMEOUT_MS), goodbye),
    reload: () => server.setSecureContext(read(files)),
  };
}

/** A server of HTTP/2 that allows HTTP/1.1 has these, too; node's types do not say so. */
type TimedServer = Server &
  Pick<HttpServer, 'headersTimeout' | 'requestTimeout' | 'keepAliveTimeout' | 'closeIdleConnections'>;

function prepared(server: TimedServer, { answer, refuse }: Receiver, slowHeadersMs: number): TimedServer {
  server.headersTimeout = slowHeadersMs;
  server.requestTimeout = slowHeadersMs;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // An expectation that nobody knows is no reason to refuse a file.
  server.on('checkExpectation', answer);
  server.on('clientError', refuse);
  return server;
}

function closing(server: TimedServer, goodbye: () => void): Door['close'] {
  const sockets = new Set<Socket>();
  let lastLeft = (): void => {};
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) lastLeft();
    });
  });
  return async (graceMs) => {
    const closed = new Promise<void>((resolve) => {
      // A server that never listened knows of none of them.
      server.close(() => {
        lastLeft = resolve;
        if (sockets.size === 0) resolve();
      });
    });
    server.closeIdleConnections();
    goodbye();
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  };
}

function read({ certificateFile, keyFile }: TlsFiles): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
}
