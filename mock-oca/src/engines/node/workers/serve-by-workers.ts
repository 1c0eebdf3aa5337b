import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Oca } from '../../../app.ts';
import { loadNative } from '../../../native/native.ts';
import { type ListenOptions, type NodeServer, urlOf } from '../node-server.ts';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

export interface WorkersServer extends NodeServer {
  readonly pool: WorkerPool;
  reload(): Promise<void>;
  reopenLog(): void;
}

export interface ServeByWorkersOptions
  extends Omit<WorkerPoolOptions, 'script'>,
    Pick<ListenOptions, 'host' | 'port' | 'fd'> {
  /** What a worker runs, where it does not lie beside this. */
  readonly script?: URL | undefined;
}

/**
 * Serves an OCA by several threads. This one accepts connections and hands each to the worker that has the fewest. Rejects
 * with node's own error when it cannot listen, with the worker's where one does not start.
 */
export async function serveByWorkers(oca: Oca, options: ServeByWorkersOptions): Promise<WorkersServer> {
  const { host, port, fd, tls, script = new URL('./serving-worker.mjs', import.meta.url) } = options;
  const native = loadNative();
  if (!native) throw new Error('Connections are handed to other threads by koffi, which is not here.');
  const pool = new WorkerPool(oca, { ...options, script });
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const copy = native.duplicate(descriptorOf(socket));
    // Closes this process's first descriptor of it; the connection lives on in the second.
    socket.destroy();
    if (copy !== undefined) pool.take(copy);
  });
  await pool.start();
  try {
    server.listen(fd === undefined ? { host, port } : { fd });
    await once(server, 'listening');
  } catch (error) {
    await pool.close(0);
    throw error;
  }
  return {
    pool,
    url: urlOf(server, tls ? 'https' : 'http'),
    close: (graceMs) => close(server, pool, graceMs),
    reload: async () => pool.reload(),
    reopenLog: () => pool.reopenLog(),
  };
}

async function close(server: Server, pool: WorkerPool, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.all([closed, pool.close(graceMs)]);
}

/** Node keeps it, and does not say so in its types. */
function descriptorOf(socket: Socket): number {
  return (socket as Socket & { readonly _handle?: { readonly fd?: number } | null })._handle?.fd ?? -1;
}
