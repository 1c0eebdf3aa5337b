import type { Oca } from '../app.ts';
import type { Log } from '../deps.ts';
import { type FoundNginx, findNginx, type NginxSearch } from '../engines/nginx/find-nginx.ts';
import { listenNginx } from '../engines/nginx/nginx-engine.ts';
import type { WatchedDisks } from '../engines/nginx/watched-disks.ts';
import { listen } from '../engines/node/node-server.ts';
import { serveByWorkers } from '../engines/node/workers/serve-by-workers.ts';
import type { SharedMemory } from '../engines/node/workers/shared-memory.ts';
import type { ProcessConfig } from './process-config.ts';

export interface EngineServer {
  readonly url: string;
  close(graceMs: number): Promise<void>;
  /** Takes up what changed on the disk, such as certificates; what runs goes on. */
  reload?(): Promise<void>;
  /** Where others write the request log, too: they begin a new file where somebody has moved it away. */
  reopenLog?(): void;
}

export interface EngineParts {
  readonly disks: WatchedDisks;
  readonly log: Log;
  /** Takes JSON lines, each with its line end. */
  readonly requestLog?: ((text: string) => void) | undefined;
  /** A socket bound to the port already, where this process may not bind it. */
  readonly fd?: number | undefined;
  /** Where the Node engine is to serve by several threads. */
  readonly shared?: SharedMemory | undefined;
}

/** Serves by the engine that the configuration names; `auto` takes nginx where it runs, and says why where it does not. */
export async function serveByEngine(
  oca: Oca,
  config: ProcessConfig,
  parts: EngineParts,
  find: () => NginxSearch = findNginx,
): Promise<EngineServer> {
  if (config.engine === 'node') return listenNode(oca, config, parts);
  const search = find();
  if (search.ok) {
    try {
      return await behindNginx(oca, config, parts, search.nginx);
    } catch (error) {
      // A port that is taken is taken for Node, too.
      if (config.engine === 'nginx' || isPortError(error)) throw error;
      return fallBack(oca, config, parts, String(error));
    }
  }
  if (config.engine === 'nginx') throw new Error(`The engine nginx cannot be used: ${search.reason}.`);
  return fallBack(oca, config, parts, search.reason);
}

async function behindNginx(
  oca: Oca,
  config: ProcessConfig,
  parts: EngineParts,
  nginx: FoundNginx,
): Promise<EngineServer> {
  const { host, port, disks: folders, tls, nginx: own = {} } = config;
  const engine = await listenNginx(oca, { nginx, host, port, config, folders, tls, ...own, ...parts });
  parts.log('info', 'engine: nginx', { version: nginx.version });
  return engine;
}

function fallBack(oca: Oca, config: ProcessConfig, parts: EngineParts, reason: string): Promise<EngineServer> {
  parts.log('info', 'engine: node', { reason });
  return listenNode(oca, config, parts);
}

async function listenNode(oca: Oca, config: ProcessConfig, parts: EngineParts): Promise<EngineServer> {
  const { fd, shared, disks, log } = parts;
  if (!shared) return listen(oca, { ...config, fd });
  const { host, port, tls, requestLogFile } = config;
  try {
    const server = await serveByWorkers(oca, { host, port, fd, tls, requestLogFile, config, disks, log, shared });
    log('info', 'several threads serve', { workers: shared.workers });
    return server;
  } catch (error) {
    if (isPortError(error)) throw error;
    log('warn', 'one thread serves', { reason: String(error) });
    return listen(oca, { ...config, fd });
  }
}

function isPortError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}
