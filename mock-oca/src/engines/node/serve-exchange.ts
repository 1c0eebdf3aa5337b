import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Native } from '../../native/native.ts';
import { type ChunkReaderFactory, ConnectionCut, type Exchange } from '../../serving/exchange.ts';
import { ownSocket } from './kernel-socket.ts';
import { flushHead, type KernelSend, sendByKernel } from './send-by-kernel.ts';
import type { SlowClients } from './slow-clients.ts';

export interface ServePorts {
  readonly readerOf: ChunkReaderFactory;
  readonly slowClients: SlowClients;
  /** Where it can send a file by itself. */
  readonly native?: Native | undefined;
}

/** Sent through node when the kernel can take no more: node says when there is room again. */
const PLUG_BYTES = 16 * 1024;
/** After so much a response lets others have their turn. */
const TURN_BYTES = 1024 * 1024;

/** Performs a plan on a socket. Never rejects. */
export async function serveExchange(
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
  ports: ServePorts,
): Promise<void> {
  response.on('close', () => exchange.end('client-closed'));
  exchange.onCut((cut) => reset(exchange, request, cut));
  try {
    const { status, headers, body } = await exchange.begin(ports.readerOf);
    if (exchange.ended) return;
    response.writeHead(status, headers);
    if (body.kind === 'file') await sendFile(exchange, request, response, ports);
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
  const { stream } = request as { readonly stream?: ServerHttp2Stream };
  if (stream) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else if (isEncrypted(request)) request.socket.destroy();
  else request.socket.resetAndDestroy();
}

function isEncrypted({ socket }: IncomingMessage): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

async function sendFile(
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
  ports: ServePorts,
): Promise<void> {
  const { slowClients, native } = ports;
  const cut = (): void => {
    exchange.end('slow-client');
    response.destroy();
  };
  const write = async (chunk: Uint8Array): Promise<boolean> => {
    slowClients.waitsFor(exchange, cut);
    const taken = await written(response, chunk);
    slowClients.took(exchange);
    if (taken) exchange.flushed(chunk.length);
    return taken;
  };
  try {
    // What goes out encrypted has to pass through here.
    await (native && exchange.kernel && !isEncrypted(request)
      ? sendMostlyByKernel({ exchange, response, native, headSent: false }, write)
      : sendThroughNode(exchange, response, write));
  } finally {
    slowClients.took(exchange);
  }
}

/** False when the connection is gone. */
type Write = (chunk: Uint8Array) => Promise<boolean>;

async function sendThroughNode(exchange: Exchange, response: ServerResponse, write: Write): Promise<void> {
  // A body that comes late, by pace, fault or disk, must not hold back the head.
  const head = setImmediate(() => response.flushHeaders());
  try {
    const turn = new Turn();
    for (let chunk = await exchange.next(); chunk; chunk = await exchange.next()) {
      if (!(await write(chunk))) return;
      await turn.after(chunk.length);
    }
  } finally {
    clearImmediate(head);
  }
}

async function sendMostlyByKernel(send: KernelSend, write: Write): Promise<void> {
  const { exchange } = send;
  await ownSocket(send.response);
  const head = setImmediate(() => flushHead(send));
  try {
    const turn = new Turn();
    for (let part = await exchange.nextPart(); part; part = await exchange.nextPart()) {
      const file = exchange.kernel;
      const sent = file ? await sendByKernel(send, file, part) : 0;
      if (exchange.ended) return;
      await turn.after(sent);
      if (sent === part.bytes) continue;
      const rest = { position: part.position + sent, bytes: part.bytes - sent };
      const chunk = await exchange.read(file ? { ...rest, bytes: Math.min(rest.bytes, PLUG_BYTES) } : rest);
      if (!chunk || !(await write(chunk))) return;
    }
  } finally {
    clearImmediate(head);
  }
}

/** Keeps a client that takes everything at once from being the only one served. */
class Turn {
  #bytes = 0;

  async after(bytes: number): Promise<void> {
    this.#bytes += bytes;
    if (this.#bytes < TURN_BYTES) return;
    this.#bytes = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves when the kernel has the bytes, so that their buffer may be used again; false when the connection is gone. */
function written(response: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    response.write(chunk, (error) => resolve(!error));
  });
}
