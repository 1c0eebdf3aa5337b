import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What node keeps of a TCP connection, and does not say in its types. */
interface Handle {
  readonly fd?: number;
  readonly writeQueueSize?: number;
}

/**
 * The descriptor to send to past node, while nothing that node was given is still on its way there; undefined where
 * there is none: the connection is closed, encrypted, or not this response's turn.
 */
export function readyDescriptor(response: ServerResponse): number | undefined {
  const socket = response.socket as
    | (Socket & { readonly _handle?: Handle | null; readonly encrypted?: boolean })
    | null;
  if (!socket || socket.destroyed || socket.encrypted || socket.writableLength > 0) return undefined;
  const handle = socket._handle;
  if (handle?.writeQueueSize !== 0 || handle.fd === undefined || handle.fd < 0) return undefined;
  return handle.fd;
}

/** Resolves when the connection is this response's: another one may still be going out before it. */
export function ownSocket(response: ServerResponse): Promise<void> {
  if (response.socket || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('socket', () => resolve());
    response.once('close', () => resolve());
  });
}
