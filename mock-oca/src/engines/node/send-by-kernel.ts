import type { ServerResponse } from 'node:http';
import type { KernelFile } from '../../disks/disk-store.ts';
import type { Native } from '../../native/native.ts';
import { ConnectionCut, type Exchange, type FilePart } from '../../serving/exchange.ts';
import { readyDescriptor } from './kernel-socket.ts';

export interface KernelSend {
  readonly exchange: Exchange;
  readonly response: ServerResponse;
  readonly native: Native;
  /** Whether the head has been given to node's socket. */
  headSent: boolean;
}

/**
 * Has the kernel send from the page cache into the socket. Resolves with the bytes that went: fewer than the part when
 * the socket takes no more now, none when the way past node is not free. Rejects with `ConnectionCut`.
 */
export async function sendByKernel(send: KernelSend, file: KernelFile, part: FilePart): Promise<number> {
  const { exchange, response, native } = send;
  // A packet of its own: corked to go out with the file it saves a tenth of the work, and some answers take 44 ms more.
  flushHead(send);
  if (!file.inMemory(part.position, part.bytes)) await exchange.bring(part);
  // Looked up after every wait, and used before the next one: a closed descriptor may be another connection's.
  const socketFd = exchange.ended ? undefined : readyDescriptor(response);
  const sent = socketFd === undefined ? undefined : sendfile(native, socketFd, file, part);
  if (sent === 0) throw new ConnectionCut('disk-error', 'The file ended before its range.');
  if (socketFd === undefined || sent === undefined) return 0;
  // Cut short, the kernel holds back the last packet: the client would acknowledge the one before it after 40 ms only.
  if (sent < part.bytes) native.push(socketFd);
  exchange.sent(sent);
  exchange.flushed(sent);
  return sent;
}

export function flushHead(send: KernelSend): void {
  if (send.headSent) return;
  send.headSent = true;
  send.response.flushHeaders();
}

function sendfile(native: Native, socketFd: number, file: KernelFile, part: FilePart): number | undefined {
  try {
    return native.sendfile(socketFd, file.fd, part.position, part.bytes);
  } catch (error) {
    throw new ConnectionCut('client-closed', 'The connection broke.', { cause: error });
  }
}
