import { createHash, createHmac } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Level, pino } from 'pino';
import { createOca } from '../app.ts';
import type { Clock, Log, Sha256Hasher } from '../deps.ts';
import { KnownDisks } from '../disks/node/known-disks.ts';
import { NodeDiskStore } from '../disks/node/node-disk-store.ts';
import { WatchedDisks } from '../engines/nginx/watched-disks.ts';
import { type SharedMemory, shareMemory } from '../engines/node/workers/shared-memory.ts';
import { loadNative } from '../native/native.ts';
import { openRoutes, type RoutesParts, routesMessage } from '../routes/node/open-routes.ts';
import type { RouteSource } from '../routes/route-source.ts';
import { serveByEngine } from './choose-engine.ts';
import { giveUpRights, prepareRights } from './give-up-rights.ts';
import { nodeVitals } from './node-vitals.ts';
import { type ProcessConfig, readProcessConfig } from './process-config.ts';
import { openRequestLog } from './request-log-file.ts';

const DRAIN_MS = 2000;
/** For regions that hang while this OCA says goodbye. */
const GOODBYE_MS = 500;
const LOOK_AT_LOG_MS = 250;

/** One appliance until it is told to end: the parent's channel closes, SIGTERM or SIGINT. */
export async function runProcess(configPath: string | undefined): Promise<void> {
  const config = readProcessConfig(configPath);
  const logger = pino({ level: config.logLevel, base: { ocaId: config.ocaId } });
  const log: Log = (level, message, fields) => logger[level as Level](fields ?? {}, message);
  if (config.stateFolder !== undefined) mkdirSync(config.stateFolder, { recursive: true });
  const rights = await prepareRights(config, log).catch((error: unknown) => {
    throw listenError(error, config);
  });
  const learned = learnedRoutes(config, { log, user: rights.user });
  // Its code may lie where only root may read.
  if (rights.user) loadNative();
  giveUpRights(rights, log);
  const known = config.stateFolder === undefined ? undefined : new KnownDisks(join(config.stateFolder, 'disks.json'));
  const shared = sharedByWorkers(config);
  const { pinnedBytes } = config;
  const disks = await NodeDiskStore.open(config.disks, log, { pinnedBytes, known, sharing: shared?.sharing });
  const requestLog = openLog(config, log);
  const watched = new WatchedDisks(disks);
  const oca = createOca({
    config,
    disks: watched,
    http: (request) => fetch(request),
    clock: nodeClock,
    hmac: (key, text) => createHmac('sha256', key).update(text).digest('hex'),
    sha256: nodeSha256,
    log,
    vitals: nodeVitals(config.memoryBytes),
    ...(requestLog && { requestLog: requestLog.write }),
    ...(learned && { routes: learned }),
  });
  const parts = { disks: watched, log, requestLog: requestLog?.writeSoon, fd: rights.fd, shared };
  const server = await serveByEngine(oca, config, parts).catch((error: unknown) => {
    throw listenError(error, config);
  });
  oca.start();
  log('info', 'listening', { url: server.url, files: disks.list().length });
  process.send?.({ type: 'ready', url: server.url });

  if (requestLog && server.reopenLog)
    setInterval(() => requestLog.moveOnIfLarge() && server.reopenLog?.(), LOOK_AT_LOG_MS).unref();
  let ending = false;
  const drain = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    const goodbye = Promise.race([oca.drain(), new Promise((resolve) => setTimeout(resolve, GOODBYE_MS))]);
    await Promise.all([goodbye, server.close(DRAIN_MS), learned?.close()]);
    oca.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void drain());
  process.on('SIGINT', () => void drain());
  process.on('SIGHUP', () => {
    const failed = (error: unknown): void => log('error', 'could not reload', { error: String(error) });
    try {
      requestLog?.reopen();
      server.reopenLog?.();
    } catch (error) {
      failed(error);
    }
    server.reload?.().catch(failed);
  });
  // Nobody is left to look after this process: it must not outlive its parent.
  process.on('disconnect', () => process.exit(0));
}

/** Undefined where one thread serves: the agent itself. */
function sharedByWorkers({ engine, workers }: ProcessConfig): SharedMemory | undefined {
  const count = workers === 'auto' ? availableParallelism() : workers;
  return engine !== 'nginx' && count > 1 ? shareMemory(count) : undefined;
}

function openLog({ requestLogFile, requestLogMaxBytes, requestLogFiles }: ProcessConfig, log: Log) {
  if (requestLogFile === undefined) return undefined;
  const onFailure = (error: unknown): void => log('error', 'the request log cannot be moved', { error: String(error) });
  return openRequestLog(requestLogFile, { maxBytes: requestLogMaxBytes, files: requestLogFiles, onFailure });
}

/** Undefined for the list of the configuration. */
function learnedRoutes(
  { learns, stateFolder, ocaId }: ProcessConfig,
  parts: Pick<RoutesParts, 'log' | 'user'>,
): RouteSource | undefined {
  if (learns.source === 'static') return undefined;
  try {
    return openRoutes(learns, { ...parts, stateFolder });
  } catch (error) {
    throw new Error(`${ocaId} cannot start: ${routesMessage(error)}`);
  }
}

const nodeClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

function nodeSha256(): Sha256Hasher {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

function listenError(error: unknown, { host, port, ocaId }: ProcessConfig): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return new Error(`${ocaId} cannot start: port ${port} on ${host} is already in use.`);
  if (code === 'EADDRNOTAVAIL') return new Error(`${ocaId} cannot start: this machine has no address ${host}.`);
  if (code === 'EACCES') return new Error(`${ocaId} cannot start: port ${port} on ${host} needs more rights.`);
  return error instanceof Error ? error : new Error(String(error));
}
