import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ConformanceServer {
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** The server that the core's HttpClient cases ask, open to pages of other origins. */
export async function startConformanceServer(): Promise<ConformanceServer> {
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'Authorization, Content-Type');
    response.setHeader('Access-Control-Expose-Headers', 'x-said');
    if (request.method === 'OPTIONS') response.end();
    else void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, route, amount = '', then] = (request.url ?? '').split('/');
  if (route === 'reset') request.socket.resetAndDestroy();
  if (route === 'echo') await echo(request, response);
  if (route === 'status') response.writeHead(Number(amount), { 'x-said': amount }).end(`status ${amount}`);
  if (route === 'bytes') bytes(request, response, Number(amount), then);
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method, headers } = request;
  response.end(JSON.stringify({ method, headers, body: Buffer.concat(chunks).toString() }));
}

function bytes(request: IncomingMessage, response: ServerResponse, count: number, then: string | undefined): void {
  const body = Uint8Array.from({ length: count }, (_, at) => at % 251);
  response.writeHead(200, { 'Content-Length': count });
  if (then === undefined) response.end(body);
  else
    response.write(body.subarray(0, count >> 1), () => {
      if (then === 'reset') setTimeout(() => request.socket.resetAndDestroy(), 20);
    });
}
