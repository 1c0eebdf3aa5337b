import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ConformanceServer {
  readonly baseUrl: string;
  /** Connections accepted so far. */
  connections(): number;
  /** Source address of the last request. */
  lastPeer(): string | undefined;
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse, parts: readonly string[]) => void | Promise<void>;

const ANSWERS: Readonly<Record<string, Answer>> = {
  echo,
  status,
  bytes,
  hang: () => {},
  reset: (request) => void request.socket.resetAndDestroy(),
};

/** The server that the HttpClient suite describes, on a free port of 127.0.0.1. */
export async function startConformanceServer(): Promise<ConformanceServer> {
  let connections = 0;
  let lastPeer: string | undefined;
  const server: Server = createServer((request, response) => {
    lastPeer = request.socket.remoteAddress;
    const [, name = '', ...parts] = (request.url ?? '').split('/');
    response.on('error', () => {});
    void ANSWERS[name]?.(request, response, parts);
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    lastPeer: () => lastPeer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
}

function status(_: IncomingMessage, response: ServerResponse, [code = '200']: readonly string[]): void {
  response.writeHead(Number(code), { 'x-said': code }).end(`status ${code}`);
}

function bytes(request: IncomingMessage, response: ServerResponse, [count = '0', fault]: readonly string[]): void {
  const body = Buffer.from(Array.from({ length: Number(count) }, (_, at) => at % 251));
  response.writeHead(200, { 'content-length': body.length });
  if (fault === undefined) response.end(body);
  else
    response.write(
      body.subarray(0, body.length >> 1),
      () => fault === 'reset' && setTimeout(() => request.socket.resetAndDestroy(), 20),
    );
}
