import type { Native } from '../../native/native.ts';
import { type ChunkReaderFactory, ConnectionCut, type Exchange } from '../../serving/exchange.ts';
import { duePart } from './due-part.ts';
import type { LateHeads } from './late-heads.ts';
import type { Outlet } from './outlet.ts';
import { sendByKernel, type Write } from './send-by-kernel.ts';
import type { SlowClients } from './slow-clients.ts';
import { Turn } from './turn.ts';

export interface ServePorts {
  readonly readerOf: ChunkReaderFactory;
  readonly slowClients: SlowClients;
  readonly lateHeads: LateHeads;
  /** Where it can send a file by itself. */
  readonly native?: Native | undefined;
}

/** Performs a plan on a connection, in this very turn where nothing has to be waited for. Never rejects. */
export async function serveExchange(exchange: Exchange, outlet: Outlet, ports: ServePorts): Promise<void> {
  outlet.onClose(() => exchange.end('client-closed'));
  exchange.onCut((cut) => reset(exchange, outlet, cut));
  try {
    const { status, headers, body } = exchange.beginNow(ports.readerOf) ?? (await exchange.begin(ports.readerOf));
    if (exchange.ended) return;
    outlet.writeHead(status, headers);
    if (body.kind === 'file') await sendFile(exchange, outlet, ports);
    if (exchange.ended) return;
    // Before `end`: the socket may close, as the client wished, in the same turn.
    exchange.end('complete');
    outlet.end(body.kind === 'text' ? body.text : undefined);
  } catch (error) {
    reset(exchange, outlet, error);
  }
}

function reset(exchange: Exchange, outlet: Outlet, error: unknown): void {
  if (exchange.ended) return;
  exchange.end(error instanceof ConnectionCut ? error.outcome : 'reset');
  outlet.reset();
}

function sendFile(exchange: Exchange, outlet: Outlet, ports: ServePorts): Promise<void> {
  const { slowClients, lateHeads, native } = ports;
  const cut = (): void => {
    exchange.end('slow-client');
    outlet.destroy();
  };
  const write = async (chunk: Uint8Array): Promise<boolean> => {
    slowClients.waitsFor(exchange, cut);
    const taken = await outlet.write(chunk);
    slowClients.took(exchange);
    if (taken) exchange.flushed(chunk.length);
    return taken;
  };
  // What goes out encrypted has to pass through here.
  return native && exchange.kernel && !outlet.isEncrypted
    ? sendByKernel({ exchange, outlet, native }, write)
    : sendThroughNode(exchange, outlet, lateHeads, write);
}

async function sendThroughNode(exchange: Exchange, outlet: Outlet, lateHeads: LateHeads, write: Write): Promise<void> {
  const turn = new Turn();
  while (!exchange.allSent) {
    const part = exchange.partNow() ?? (await duePart(exchange, outlet));
    if (!part) return;
    const chunk = exchange.readNow(part) ?? (await lateHeads.during(outlet, exchange.read(part)));
    if (!chunk || !(await write(chunk))) return;
    if (turn.isOver(chunk.length)) await turn.ofOthers();
  }
}
