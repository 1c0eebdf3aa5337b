import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Oca } from '../../app.ts';
import { isControlTarget } from '../../faults/control-target.ts';
import type { RequestHead } from '../../serving/plan-response.ts';

/** nginx says here who asks: nobody else reaches this socket. */
const CLIENT_ADDRESS = 'x-oca-client-address';

/**
 * Node behind nginx, on a Unix socket: control routes, refusals with their reasons, and all media while faults are on.
 * An answer to a control route waits until `settled`, so that what it switched is so.
 */
export async function listenInside(oca: Oca, socketPath: string, settled: () => Promise<void>): Promise<Server> {
  const control = getRequestListener(
    async (request) => {
      const response = await oca.control.fetch(request);
      await settled();
      return response;
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer((request, response) => {
    if (isControlTarget(request.url ?? '')) return void control(request, response);
    void serve(oca, request, response);
  });
  server.on('checkExpectation', (request, response) => void serve(oca, request, response));
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: socketPath, readableAll: true, writableAll: true }, () => resolve());
  });
  return server;
}

/** Never rejects. A cut is a connection that ends too early: nginx then does the same to its client. */
async function serve(oca: Oca, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = oca.answer(headOf(request));
  response.on('close', () => answer.cancel());
  answer.onCut(() => void response.destroy());
  try {
    const { status, headers, body } = await answer.plan;
    if (answer.cancelled) return;
    response.writeHead(status, headers);
    if (body.kind === 'none') return void response.end();
    response.flushHeaders();
    for (let chunk = await answer.read(); chunk; chunk = await answer.read()) {
      if (!(await write(response, chunk))) return;
    }
    response.end();
  } catch {
    response.destroy();
  }
}

function write(response: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    response.write(chunk, (error) => resolve(!error));
  });
}

function headOf(request: IncomingMessage): RequestHead {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  if (headers.range?.includes(', ')) headers.range = request.headersDistinct.range?.[0] ?? '';
  const clientAddress = headers[CLIENT_ADDRESS] ?? '';
  return { method: request.method ?? '', target: request.url ?? '', headers, clientAddress };
}
