import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ChunkReaderFactory, ConnectionCut, type Exchange } from '../../serving/exchange.ts';
import type { SlowClients } from './slow-clients.ts';

/** Performs a plan on a socket. Never rejects. */
export async function serveExchange(
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
  ports: { readonly readerOf: ChunkReaderFactory; readonly slowClients: SlowClients },
): Promise<void> {
  response.on('close', () => exchange.end('client-closed'));
  exchange.onCut((cut) => reset(exchange, request, cut));
  try {
    const { status, headers, body } = await exchange.begin(ports.readerOf);
    if (exchange.ended) return;
    response.writeHead(status, headers);
    if (body.kind === 'file') await sendFile(exchange, response, ports.slowClients);
    if (exchange.ended) return;
    // Before `end`: the socket may close, as the client wished, in the same turn.
    exchange.end('complete');
    response.end(body.kind === 'text' ? body.text : undefined);
  } catch (error) {
    reset(exchange, request, error);
  }
}

function reset(exchange: Exchange, request: IncomingMessage, error: unknown): void {
  if (exchange.ended) return;
  exchange.end(error instanceof ConnectionCut ? error.outcome : 'reset');
  request.socket.resetAndDestroy();
}

async function sendFile(exchange: Exchange, response: ServerResponse, slowClients: SlowClients): Promise<void> {
  const cut = (): void => {
    exchange.end('slow-client');
    response.destroy();
  };
  // A body that comes late, by pace or by fault, must not hold back the head.
  const head = setTimeout(() => response.flushHeaders(), 0);
  try {
    for (let chunk = await exchange.next(); chunk; chunk = await exchange.next()) {
      slowClients.waitsFor(exchange, cut);
      if (!(await write(response, chunk))) return;
      slowClients.took(exchange);
      exchange.flushed(chunk.length);
    }
  } finally {
    clearTimeout(head);
    slowClients.took(exchange);
  }
}

/** Resolves when the kernel has the bytes, so that their buffer may be used again; false when the connection is gone. */
function write(response: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    response.write(chunk, (error) => resolve(!error));
  });
}
