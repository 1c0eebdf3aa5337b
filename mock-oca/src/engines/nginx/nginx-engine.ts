import { rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Fault } from '@pressplay/protocol/messages';
import { Calm } from '../../admission/calm.ts';
import type { Oca } from '../../app.ts';
import type { Log } from '../../deps.ts';
import { isMeant } from '../../faults/active-fault.ts';
import type { OcaConfig } from '../../oca-config.ts';
import type { TlsFiles } from '../tls-files.ts';
import type { FoundNginx } from './find-nginx.ts';
import { listenInside } from './inner-server.ts';
import { nginxConfig } from './nginx-config.ts';
import { NginxLog } from './nginx-log.ts';
import { NginxProcess } from './nginx-process.ts';
import { openFilesLimit } from './open-files-limit.ts';
import { RESPONSE_NOTES_LUA } from './response-notes-lua.ts';
import { isRotational } from './rotational.ts';
import { prepareRunFolder, provePort } from './run-folder.ts';
import { endStaleNginx, killGroup } from './stale-nginx.ts';
import { TOKEN_CHECK_LUA } from './token-check-lua.ts';
import { TrafficSampler } from './traffic-sampler.ts';
import type { WatchedDisks } from './watched-disks.ts';
import { WorkerMemory } from './worker-memory.ts';
import { closedFolder, findWorkerUser, type WorkerUser } from './worker-user.ts';

const TICK_MS = 500;
const ANSWER_MS = 50;
const LOG_MS = 250;
/** For the port of an agent that was killed a moment ago. */
const PORT_WAIT_MS = 700;
const SLOW_CLIENT_S = 60;
const SLOW_HEADERS_S = 10;

export interface NginxEngineOptions {
  readonly nginx: FoundNginx;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly config: OcaConfig;
  readonly disks: WatchedDisks;
  readonly folders: readonly string[];
  readonly log: Log;
  readonly workers?: number | 'auto' | undefined;
  /** Whom the workers become where this process is root. */
  readonly user?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** A socket bound to the port already, where this process may not bind it. */
  readonly fd?: number | undefined;
  readonly slowClientS?: number | undefined;
  readonly slowHeadersS?: number | undefined;
  /** Takes JSON lines, each with its line end. */
  readonly requestLog?: ((text: string) => void) | undefined;
}

export interface NginxEngine {
  readonly url: string;
  /** Of nginx's master. */
  readonly pid: number | undefined;
  /** What was decided here is so in nginx. */
  settled(): Promise<void>;
  /** Takes up certificates that were renewed; what runs goes on. */
  reload(): Promise<void>;
  close(graceMs: number): Promise<void>;
}

/** Serves an OCA's media by nginx, and lets Node answer the rest. Rejects with a message for a person. */
export async function listenNginx(oca: Oca, options: NginxEngineOptions): Promise<NginxEngine> {
  const user = process.getuid?.() === 0 ? workerUser(options) : undefined;
  const { host } = options;
  // What a killed agent has left still holds the port.
  if (options.port !== 0) await endStaleNginx(prepareRunFolder(`${host}:${options.port}`, user));
  const port = options.fd === undefined ? await provePort(host, options.port, PORT_WAIT_MS) : options.port;
  const engine = new RunningNginx(oca, { ...options, port }, prepareRunFolder(`${host}:${port}`, user), user);
  await engine.start();
  return engine;
}

/** Throws where the workers could not read the files. */
function workerUser({ user: name, folders }: NginxEngineOptions): WorkerUser {
  const user = findWorkerUser(name);
  if (!user) throw new Error(`This machine has no user ${name ?? 'www-data, nginx or nobody'} for nginx's workers.`);
  const closed = folders.map((folder) => closedFolder(folder, user)).find(Boolean);
  if (closed !== undefined)
    throw new Error(
      `${user.name}, whom nginx's workers become, may not enter ${closed}: let it, or name another user.`,
    );
  return user;
}

class RunningNginx implements NginxEngine {
  readonly url: string;
  readonly #oca: Oca;
  readonly #options: NginxEngineOptions;
  readonly #process: NginxProcess;
  readonly #memory: WorkerMemory;
  readonly #traffic: TrafficSampler;
  readonly #folder: string;
  readonly #responses: NginxLog | undefined;
  #inner: Server | undefined;
  #timers: readonly NodeJS.Timeout[] = [];
  #ticking = false;
  #readingLog = false;
  /** Nobody would look after it. */
  readonly #onExit = (): void => {
    if (this.pid !== undefined) killGroup(this.pid);
    rmSync(this.#folder, { recursive: true, force: true });
  };

  constructor(oca: Oca, options: NginxEngineOptions, folder: string, user: WorkerUser | undefined) {
    const { host, port, fd, nginx, log, tls, config, disks, folders, requestLog } = options;
    this.url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.#oca = oca;
    this.#options = options;
    this.#folder = folder;
    const calm = new Calm(config.capacityBps);
    this.#memory = new WorkerMemory(join(folder, 'agent.sock'), { media: oca.media, config, disks, folders, calm });
    this.#traffic = new TrafficSampler(join(folder, 'agent.sock'), oca.media, calm);
    const sizeOf = (fileId: string): number | undefined => disks.get(fileId)?.sizeBytes;
    this.#responses = requestLog && new NginxLog(folder, { ocaId: config.ocaId, sizeOf, write: requestLog });
    this.#process = new NginxProcess({
      binary: nginx.binary,
      folder,
      configOf: (generation) => this.#configOf(generation, user),
      onStarted: () => {
        this.#responses?.cut();
        return this.#memory.fill();
      },
      onDiskError: (target) => oca.media.diskFailed(target, 'nginx met an error of the disk'),
      log,
      listenFd: fd,
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async start(): Promise<void> {
    writeFileSync(join(this.#folder, 'token_check.lua'), TOKEN_CHECK_LUA);
    writeFileSync(join(this.#folder, 'response_notes.lua'), RESPONSE_NOTES_LUA);
    this.#responses?.recover();
    this.#inner = await listenInside(this.#oca, join(this.#folder, 'node.sock'), () => this.settled());
    try {
      await this.#process.start();
    } catch (error) {
      this.#inner.close();
      rmSync(this.#folder, { recursive: true, force: true });
      throw error;
    }
    this.#oca.media.onChange(() => void this.#switched());
    this.#options.disks.onFilesChanged(() => this.#memory.filesChanged());
    this.#timers = [setInterval(() => void this.#tick(), TICK_MS), setInterval(() => this.#readLog(), LOG_MS)];
    process.once('exit', this.#onExit);
  }

  settled(): Promise<void> {
    return this.#memory.refresh();
  }

  reload(): Promise<void> {
    return this.#process.reload();
  }

  async close(graceMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#process.stop(graceMs);
    process.off('exit', this.#onExit);
    this.#responses?.close();
    this.#inner?.closeAllConnections();
    await new Promise<void>((resolve) => (this.#inner ? this.#inner.close(() => resolve()) : resolve()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #configOf(generation: number, user: WorkerUser | undefined): string {
    const { nginx, host, port, config, folders, tls, workers = 'auto' } = this.#options;
    const { slowClientS = SLOW_CLIENT_S, slowHeadersS = SLOW_HEADERS_S } = this.#options;
    const turns = nginx.hasThreads && folders.some(isRotational);
    return nginxConfig({
      generation,
      nginx,
      host,
      port,
      folder: this.#folder,
      user,
      workers,
      maxConnections: config.maxConnections,
      slowClientS,
      slowHeadersS,
      openFiles: openFilesLimit(),
      paceBps: config.paceBps,
      diskPools: turns ? folders.map((_, index) => `disk${index + 1}`) : [],
      tls,
      logsRequests: this.#responses !== undefined,
    });
  }

  /** Faults or admission changed. Responses that nginx sends are out of reach: those that a fault is meant for are broken, so that their clients ask again. */
  async #switched(): Promise<void> {
    await this.settled().catch(() => {});
    if (!this.#oca.media.faults.current.some(reachesRunning)) return;
    // Whoever switched it is answered through nginx.
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    const faults = this.#oca.media.faults.current.filter(reachesRunning);
    if (faults.some(isForAll)) await this.#breakAll();
    else await this.#breakThose(faults);
  }

  async #breakAll(): Promise<void> {
    if (this.pid !== undefined) await this.#traffic.sample(this.pid).catch(() => {});
    if (this.#traffic.running > 0) await this.#process.restart('a fault breaks what runs').catch(() => {});
  }

  /** Workers that are to finish and go look for whom they are to break first; the others of theirs go on to their end. */
  async #breakThose(faults: readonly Fault[]): Promise<void> {
    const running = this.#responses?.running() ?? [];
    const meant = running.filter((response) => faults.some((fault) => isMeant(fault, response)));
    if (meant.length === 0) return;
    this.#options.log('warn', 'a fault breaks responses that run', { responses: meant.length });
    await this.#memory.breakWhenGoing(meant.map(({ id }) => id)).catch(() => {});
    await this.#process.reload().catch(() => {});
  }

  async #tick(): Promise<void> {
    if (this.#ticking || this.pid === undefined) return;
    this.#ticking = true;
    try {
      await this.#traffic.sample(this.pid);
      await this.#memory.refresh();
    } catch (error) {
      this.#options.log('debug', 'nginx did not answer its agent', { error: String(error) });
    } finally {
      this.#ticking = false;
    }
  }

  #readLog(): void {
    if (this.#readingLog) return;
    this.#readingLog = true;
    const failed = (error: unknown): void => {
      this.#options.log('error', "nginx's log could not be read", { error: String(error) });
    };
    void Promise.resolve(this.#responses?.read(() => this.#process.reopenLogs()))
      .catch(failed)
      .finally(() => {
        this.#readingLog = false;
      });
  }
}

/** A response that has begun feels these, wherever Node sends it. */
const REACHING: ReadonlySet<Fault['kind']> = new Set(['rate', 'stall', 'reset', 'status', 'corrupt']);
const isForAll = ({ fileId, clientPrefix }: Fault): boolean => fileId === undefined && clientPrefix === undefined;
const reachesRunning = ({ kind }: Fault): boolean => REACHING.has(kind);
