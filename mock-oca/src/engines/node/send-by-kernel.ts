import type { KernelFile } from '../../disks/disk-store.ts';
import type { Native } from '../../native/native.ts';
import type { Exchange, FilePart } from '../../serving/exchange.ts';
import { duePart } from './due-part.ts';
import type { Outlet } from './outlet.ts';
import { Turn } from './turn.ts';

export interface KernelSend {
  readonly exchange: Exchange;
  readonly outlet: Outlet;
  readonly native: Native;
}

/** False when the connection is gone. */
export type Write = (chunk: Uint8Array) => Promise<boolean>;

/** Sent through node when the kernel can take no more: node says when there is room again. */
const PLUG_BYTES = 16 * 1024;

/** Has the kernel send from the page cache into the socket what has not gone yet. Rejects with `ConnectionCut`. */
export async function sendByKernel(send: KernelSend, write: Write): Promise<void> {
  const { exchange, outlet } = send;
  if (!outlet.isItsTurn) await outlet.turn();
  const turn = new Turn();
  if (exchange.hasSent) await turn.ofOthers();
  while (!exchange.allSent) {
    const part = exchange.partNow() ?? (await duePart(exchange, outlet));
    if (!part) return;
    const file = exchange.kernel;
    if (file && !file.inMemory(part.position, part.bytes)) {
      outlet.flushHead();
      await exchange.bring(part);
    }
    const sent = file && !exchange.ended ? sendNow(send, file, part) : 0;
    if (exchange.ended) return;
    if (sent < part.bytes && !(await plug(exchange, part, sent, file !== undefined, write))) return;
    if (turn.isOver(sent) && !exchange.allSent) await turn.ofOthers();
  }
}

/** The bytes of a part in memory that went. Throws `ConnectionCut`. */
export function sendNow({ exchange, outlet, native }: KernelSend, file: KernelFile, part: FilePart): number {
  const sent = outlet.sendFile(native, file, part);
  if (sent === 0) return 0;
  exchange.sent(sent);
  exchange.flushed(sent);
  return sent;
}

/** What comes next goes through node. False when the connection is gone. */
async function plug(
  exchange: Exchange,
  { position, bytes }: FilePart,
  sentBytes: number,
  isShort: boolean,
  write: Write,
): Promise<boolean> {
  const leftBytes = bytes - sentBytes;
  const rest = { position: position + sentBytes, bytes: isShort ? Math.min(leftBytes, PLUG_BYTES) : leftBytes };
  const chunk = await exchange.read(rest);
  return chunk !== undefined && write(chunk);
}
