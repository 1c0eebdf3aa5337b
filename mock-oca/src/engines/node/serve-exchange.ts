import type { Native } from '../../native/native.ts';
import { type ChunkReaderFactory, ConnectionCut, type Exchange } from '../../serving/exchange.ts';
import type { ServePlan } from '../../serving/serve-plan.ts';
import { duePart } from './due-part.ts';
import type { LateHeads } from './late-heads.ts';
import type { Outlet } from './outlet.ts';
import { sendByKernel, sendNow, type Write } from './send-by-kernel.ts';
import type { SlowClients } from './slow-clients.ts';
import { Turn } from './turn.ts';

export interface ServePorts {
  readonly readerOf: ChunkReaderFactory;
  readonly slowClients: SlowClients;
  readonly lateHeads: LateHeads;
  /** Where it can send a file by itself. */
  readonly native?: Native | undefined;
}

/** Performs a plan on a connection, in this very turn where nothing has to be waited for. */
export function serveExchange(exchange: Exchange, outlet: Outlet, ports: ServePorts): void {
  outlet.onClose(() => exchange.end('client-closed'));
  exchange.onCut((cut) => reset(exchange, outlet, cut));
  try {
    const plan = exchange.beginNow(ports.readerOf);
    if (!plan) return void serveLater(exchange, outlet, ports);
    outlet.writeHead(plan.status, plan.headers);
    if (plan.body.kind !== 'file' || sentAtOnce(exchange, outlet, ports.native)) finish(exchange, outlet, plan);
    else void serveRest(exchange, outlet, ports, plan);
  } catch (error) {
    reset(exchange, outlet, error);
  }
}

/** Whether the kernel took all of it. */
function sentAtOnce(exchange: Exchange, outlet: Outlet, native: Native | undefined): boolean {
  const file = native && outlet.isItsTurn && !outlet.isEncrypted ? exchange.kernel : undefined;
  const part = file && exchange.partNow();
  if (native && part && file.inMemory(part.position, part.bytes)) sendNow({ exchange, outlet, native }, file, part);
  return exchange.allSent;
}

/** Never rejects. */
async function serveLater(exchange: Exchange, outlet: Outlet, ports: ServePorts): Promise<void> {
  try {
    const plan = await exchange.begin(ports.readerOf);
    if (exchange.ended) return;
    outlet.writeHead(plan.status, plan.headers);
    if (plan.body.kind === 'file') await serveRest(exchange, outlet, ports, plan);
    else finish(exchange, outlet, plan);
  } catch (error) {
    reset(exchange, outlet, error);
  }
}

/** Never rejects. */
async function serveRest(exchange: Exchange, outlet: Outlet, ports: ServePorts, plan: ServePlan): Promise<void> {
  try {
    await sendFile(exchange, outlet, ports);
    finish(exchange, outlet, plan);
  } catch (error) {
    reset(exchange, outlet, error);
  }
}

function finish(exchange: Exchange, outlet: Outlet, { body }: ServePlan): void {
  if (exchange.ended) return;
  // Before `end`: the socket may close, as the client wished, in the same turn.
  exchange.end('complete');
  outlet.end(body.kind === 'text' ? body.text : undefined);
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
