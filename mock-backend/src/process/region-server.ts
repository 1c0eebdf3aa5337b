import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { AcceptedKey } from '@pressplay/protocol/wire';
import { type Backend, createBackend } from '../backend.ts';
import type { AcceptedTokens } from '../backend-config.ts';
import { PLAY_LIFETIME_MS } from '../leases/shared-plays.ts';
import { openFolderOrigin } from '../origin/folder-origin.ts';
import type { Log, LogLevel } from '../ports.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { PostgresStore } from '../store/postgres/postgres-store.ts';
import { isAnswer } from '../store/store-watch.ts';
import { type AccountsKey, accessTokens } from './access-tokens.ts';
import { hmacSha256Hex } from './hmac-sha256.ts';
import { deriveKeys } from './keys.ts';
import { lateStore, type ServedStore } from './late-store.ts';
import { collectGarbage, keepHeapLean } from './lean-heap.ts';
import { originPorts } from './origin-ports.ts';
import { plainDoor } from './plain-door.ts';
import { PlayLane } from './play-lane.ts';
import type { ProcessConfig } from './process-config.ts';
import { PrometheusMeter } from './prometheus-meter.ts';
import { randomIds } from './random-ids.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import { builtTableBuilder } from './table-builder.ts';

export interface RegionServer {
  readonly url: string;
  /**
   * Says in its health that it goes, and answers until `left` resolves. Then takes no new connections, lets running
   * answers end within the limit, and hands over to the store.
   */
  drain(limitMs: number, left?: Promise<unknown>): Promise<void>;
}

const DECISIONS_KEPT_MS = 24 * 3600 * 1000;
const CLEANING_INTERVAL_MS = 3600 * 1000;

/** What a region says of itself, as pino takes it. */
export type RegionLogger = Readonly<Record<LogLevel, (fields: object, message: string) => void>>;

/** A region on a socket; on the store that its configuration names, or on one that is open already. */
export async function startRegion(
  config: ProcessConfig & { secret: string },
  logger: RegionLogger,
  opened?: ServedStore,
): Promise<RegionServer> {
  keepHeapLean();
  const keys = deriveKeys(config.secret);
  const accepted = acceptedKeys(config);
  const log: Log = (level, message, fields) => logger[level](fields, message);
  const snapshots = snapshotFolder(config, log);
  const store = opened ?? (await openStore(config, log, snapshots));
  const buildTable = builtTableBuilder();
  const backend = createBackend({
    config: { ...config, ...keys, acceptedUrlKeys: accepted.urlKeys, acceptedTokens: accepted.tokens },
    store,
    clock: { nowMs: () => performance.now(), wallMs: () => Date.now() },
    hmac: hmacSha256Hex,
    accessTokens: accessTokens([{ key: keys.accountsKey }, ...accepted.accountsKeys]),
    randomId: randomIds(),
    log,
    meter: new PrometheusMeter(config.regionId),
    ...(buildTable && { buildTable }),
    ...(config.originDir && originPorts(openFolderOrigin(config.originDir))),
    ...(snapshots && { snapshots }),
    inputRead: () => new Promise((resolve) => setImmediate(resolve)),
  });
  await startLoaded(backend, log);
  // Nobody asks yet, and all that is loaded stays: what it was made of goes, so that the heap is no larger than what is alive.
  collectGarbage();
  const limits = timeouts(config.requestTimeoutMs);
  const server = createServer(
    limits,
    plainDoor(
      backend,
      getRequestListener((request, env) => {
        const { incoming } = env as HttpBindings;
        return backend.fetch(request, { clientAddress: incoming.socket.remoteAddress ?? '' });
      }),
    ),
  );
  const lane = new PlayLane(server, (play) => backend.answerPlay(play), {
    headersMs: limits.headersTimeout,
    checkMs: limits.connectionsCheckingInterval,
  });
  const url = await listen(server, config);
  const cleaning = setInterval(() => {
    store.forgetRevocations().catch((error) => logger.warn({ error: String(error) }, 'expired revocations kept'));
    store.forgetPlays(PLAY_LIFETIME_MS).catch((error) => logger.warn({ error: String(error) }, 'old plays kept'));
    store
      .forgetDecisions(Date.now() - DECISIONS_KEPT_MS)
      .catch((error) => logger.warn({ error: String(error) }, 'old steering decisions kept'));
  }, CLEANING_INTERVAL_MS);
  return {
    url,
    async drain(limitMs, left) {
      clearInterval(cleaning);
      backend.retire();
      await left;
      await closeServer(server, lane, limitMs);
      await backend.stop();
      await snapshots?.flush();
      await store.close?.();
    },
  };
}

const IDLE_CHECK_MS = 50;

/** Connections close as soon as their answer is out: clients would keep them for the next request. */
async function closeServer(server: Server, lane: PlayLane, limitMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  lane.close();
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const limit = setTimeout(() => {
    lane.closeAll();
    server.closeAllConnections();
  }, limitMs);
  await closed;
  clearInterval(idle);
  clearTimeout(limit);
}

/** Below the 1.8 s that a player gives a region: what hangs here must not look like a dead region there. */
const STORE_TIMEOUT_MS = 1500;

const LOAD_ATTEMPTS = 6;
const LOAD_AGAIN_AFTER_MS = 500;

/** Who sends a request drop by drop keeps no connection. */
const timeouts = (requestTimeout: number) => ({
  requestTimeout,
  headersTimeout: Math.min(requestTimeout, 10_000),
  connectionsCheckingInterval: Math.min(requestTimeout, 1000),
});

/** What opens doors beside the keys and tokens of now. */
function acceptedKeys({ acceptedSecrets }: ProcessConfig): {
  readonly urlKeys: readonly AcceptedKey[];
  readonly accountsKeys: readonly AccountsKey[];
  readonly tokens: readonly AcceptedTokens[];
} {
  const keys = acceptedSecrets.map(({ secret, acceptUntil }) => {
    const until = acceptUntil === undefined ? {} : { acceptUntilMs: Date.parse(acceptUntil) };
    return { ...deriveKeys(secret), until };
  });
  return {
    urlKeys: keys.map(({ urlKey, until }) => ({ key: urlKey, ...until })),
    accountsKeys: keys.map(({ accountsKey, until }) => ({ key: accountsKey, ...until })),
    tokens: keys.map(({ operatorToken, viewerToken, ocaTokenFor, until }) => ({
      operatorToken,
      viewerToken,
      ocaTokenFor,
      ...until,
    })),
  };
}

/** What is kept in memory alone is not worth a snapshot. */
function snapshotFolder({ snapshotDir, databaseUrl }: ProcessConfig, log: Log): SnapshotFolder | undefined {
  if (snapshotDir === undefined || databaseUrl === 'memory') return undefined;
  const { host, pathname } = new URL(databaseUrl);
  return new SnapshotFolder(snapshotDir, `${host}${pathname}`, log);
}

/** A database that is not there is waited for where a snapshot may do meanwhile; one that refuses is an error. */
async function openStore(
  { databaseUrl: url }: ProcessConfig,
  log: Log,
  snapshots: SnapshotFolder | undefined,
): Promise<ServedStore> {
  if (url === 'memory') return new MemoryStore();
  const open = (): Promise<ServedStore> =>
    PostgresStore.open({
      url,
      timeoutMs: STORE_TIMEOUT_MS,
      onConnectionLost: (error) => log('warn', 'a connection to the database was lost', { error: error.message }),
    });
  try {
    return await open();
  } catch (error) {
    if (isAnswer(error) || !(await snapshots?.read())) throw error;
    return lateStore(open, STORE_TIMEOUT_MS);
  }
}

/** The database was there a moment ago: where it is only slow it is asked again, and what it refuses is an error. */
async function startLoaded(backend: Backend, log: Log): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await backend.start();
    } catch (error) {
      if (isAnswer(error) || attempt === LOAD_ATTEMPTS) throw error;
      log('warn', 'not loaded yet: the store is asked again', { attempt, error: String(error) });
      await pause(LOAD_AGAIN_AFTER_MS);
    }
  }
}

function listen(server: ReturnType<typeof createServer>, { host, port }: ProcessConfig): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}
