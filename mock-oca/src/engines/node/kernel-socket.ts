import type { Socket } from 'node:net';
import type { KernelFile } from '../../disks/disk-store.ts';
import type { Native } from '../../native/native.ts';
import { ConnectionCut, type FilePart } from '../../serving/exchange.ts';

/** What node keeps of a TCP connection, and does not say in its types. */
interface Handle {
  readonly fd?: number;
  readonly writeQueueSize?: number;
}

/**
 * The descriptor to send to past node, while nothing that node was given is still on its way there; undefined where
 * there is none: the connection is closed, encrypted, or not this response's turn. To be looked up after each wait and
 * used before the next: a closed descriptor may be another connection's.
 */
export function readyDescriptor(connection: Socket | null): number | undefined {
  const socket = connection as (Socket & { readonly _handle?: Handle | null; readonly encrypted?: boolean }) | null;
  if (!socket || socket.destroyed || socket.encrypted || socket.writableLength > 0) return undefined;
  const handle = socket._handle;
  if (handle?.writeQueueSize !== 0 || handle.fd === undefined || handle.fd < 0) return undefined;
  return handle.fd;
}

/** The bytes that went, none where the socket takes none now. Throws `ConnectionCut`. */
export function pastNode(native: Native, socketFd: number, file: KernelFile, part: FilePart): number {
  const sent = sendfile(native, socketFd, file, part);
  if (sent === 0) throw new ConnectionCut('disk-error', 'The file ended before its range.');
  // Cut short, the kernel holds back the last packet: the client would acknowledge the one before it after 40 ms only.
  if (sent !== undefined && sent < part.bytes) native.push(socketFd);
  return sent ?? 0;
}

function sendfile(native: Native, socketFd: number, file: KernelFile, part: FilePart): number | undefined {
  try {
    return native.sendfile(socketFd, file.fd, part.position, part.bytes);
  } catch (error) {
    throw new ConnectionCut('client-closed', 'The connection broke.', { cause: error });
  }
}
