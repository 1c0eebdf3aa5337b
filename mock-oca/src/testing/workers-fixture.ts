import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { DiskStore } from '../disks/disk-store.ts';
import type { NodeDiskStoreOptions } from '../disks/node/node-disk-store.ts';
import { WatchedDisks } from '../engines/nginx/watched-disks.ts';
import type { ToWorker } from '../engines/node/workers/messages.ts';
import {
  type ServeByWorkersOptions,
  serveByWorkers,
  type WorkersServer,
} from '../engines/node/workers/serve-by-workers.ts';
import { type SharedMemory, shareMemory } from '../engines/node/workers/shared-memory.ts';
import type { WorkerThread } from '../engines/node/workers/worker-thread.ts';
import { loadNative } from '../native/native.ts';
import type { OcaConfigInput } from '../oca-config.ts';
import { bundledProcess } from './bundled-process.ts';
import { type OcaFixture, ocaWith, type TestFile } from './oca-fixture.ts';
import { askSocket, folderDisks, linesOf, type RenderedOnSocket, type Renderer } from './renderers.ts';

const WORKERS = 2;
const READ_LOG_MS = 10;

const FAIL = 'fail';

/** What a thread runs. */
export function scriptOf(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** As if there were a mistake in what it runs. (Ended from outside, it might take the tests along.) */
export function fail(thread: WorkerThread | undefined): void {
  thread?.tell({ kind: FAIL } as unknown as ToWorker);
}

/** Connections are handed to threads by way of the kernel. */
export const hasWorkers = loadNative() !== undefined;

/** The same host as others, with two threads that serve. */
export const workersRenderers: readonly Renderer[] = hasWorkers
  ? [{ name: 'by two threads', disks: () => sharedDisks(), host: (fixture) => hostByWorkers(fixture) }]
  : [];

interface RenderedByWorkers extends RenderedOnSocket {
  readonly server: WorkersServer;
  readonly folder: string;
}

const memoryOf = new WeakMap<DiskStore, SharedMemory>();

async function sharedDisks(options: NodeDiskStoreOptions = {}): Promise<WatchedDisks> {
  const shared = shareMemory(WORKERS);
  const disks = await folderDisks({ ...options, sharing: shared.sharing });
  memoryOf.set(disks, shared);
  return disks;
}

async function hostByWorkers(
  { oca, disks, config, log }: OcaFixture,
  options: Partial<ServeByWorkersOptions> = {},
): Promise<RenderedByWorkers> {
  const shared = memoryOf.get(disks);
  if (!(disks instanceof WatchedDisks) || !shared) throw new Error('Threads serve folders.');
  const folder = disks.disks()[0]?.disk ?? '';
  const { worker } = await bundledProcess();
  const script = scriptOf(`import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ kind }) => { if (kind === '${FAIL}') throw new Error('made to fail'); });
    await import('${worker}');`);
  const requestLogFile = `${folder}-requests.jsonl`;
  const places = { host: '127.0.0.1', port: 0, script, requestLogFile };
  const server = await serveByWorkers(oca, { ...places, config, disks, shared, log: () => {}, ...options });
  const readLog = (): void => {
    const text = existsSync(requestLogFile) ? readFileSync(requestLogFile, 'utf8') : '';
    if (text !== '') log.splice(0, log.length, ...linesOf(text));
  };
  const reading = setInterval(readLog, READ_LOG_MS);
  return {
    server,
    folder,
    url: server.url,
    ask: async (ask) => {
      await server.pool.settled();
      return askSocket(server.url, ask);
    },
    loseFiles: () => rmSync(folder, { recursive: true }),
    close: async () => {
      clearInterval(reading);
      oca.stop();
      await server.close(0);
      for (const path of [folder, requestLogFile]) rmSync(path, { recursive: true, force: true });
    },
  };
}

export interface WorkersFixture extends OcaFixture, RenderedByWorkers {
  readonly disks: WatchedDisks;
}

/** An OCA that two threads serve. */
export async function workersWith(
  files: readonly TestFile[],
  config: Partial<OcaConfigInput> = {},
  options: Partial<ServeByWorkersOptions> & Pick<NodeDiskStoreOptions, 'pinnedBytes' | 'loadPart'> = {},
): Promise<WorkersFixture> {
  const { pinnedBytes, loadPart, ...serving } = options;
  const disks = await sharedDisks({ ...(pinnedBytes && { pinnedBytes }), ...(loadPart && { loadPart }) });
  const fixture = await ocaWith(files, { disks, config });
  return { ...fixture, disks, ...(await hostByWorkers(fixture, serving)) };
}
