import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerUser } from './worker-user.ts';

const LOOK_MS = 10;

/**
 * Where nginx's configuration, sockets and log live while it runs: a short path, since a socket's may have 107
 * characters, and the same after a crash, so that what was left behind is found.
 */
export function prepareRunFolder(address: string, user: WorkerUser | undefined, base = tmpdir()): string {
  const name = createHash('sha256').update(address).digest('hex').slice(0, 12);
  const folder = join(base, `pressplay-nginx-${process.getuid?.() ?? 0}-${name}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  // Anybody may make a folder there, and would read the keys.
  if (!stats.isDirectory() || stats.uid !== (process.getuid?.() ?? stats.uid))
    throw new Error(`${folder} belongs to somebody else.`);
  if (user) chownSync(folder, process.getuid?.() ?? 0, user.gid);
  chmodSync(folder, user ? 0o710 : 0o700);
  return folder;
}

/** The port itself, or a free one for 0. Rejects with the system's error when it stays taken for `waitMs`. */
export async function provePort(host: string, port: number, waitMs: number): Promise<number> {
  for (const endMs = performance.now() + waitMs; ; ) {
    try {
      return await tryPort(host, port);
    } catch (error) {
      if (performance.now() >= endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: proven } = server.address() as AddressInfo;
      server.close(() => resolve(proven));
    });
  });
}
