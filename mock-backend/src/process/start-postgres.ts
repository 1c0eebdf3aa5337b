import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { access, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { defaultDataDir, isRoot, NOBODY_ID, postgresFiles } from './postgres-files.ts';
import { crashServer, endedWithin, endServer, isAlive, serverOn } from './postgres-process.ts';
import { startWatchdog } from './postgres-watchdog.ts';

export interface PostgresOptions {
  readonly port: number;
  /** Made at the first start. As root it must lie outside of folders that only root may enter. */
  readonly dataDir?: string;
}

export interface RunningPostgres {
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** As a machine that loses power. The next start on the folder recovers. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 20_000;
const run = promisify(execFile);

/** Starts the PostgreSQL that npm brought. It ends with `stop`, or by its watchdog when this process ends. */
export async function startPostgres({ port, dataDir = defaultDataDir() }: PostgresOptions): Promise<RunningPostgres> {
  await endStaleServer(dataDir);
  await requireFreePort(port);
  const home = await postgresFiles();
  const env = { ...process.env, LD_LIBRARY_PATH: `${home}/lib`, LC_ALL: 'C' };
  const who = isRoot() ? { uid: NOBODY_ID, gid: NOBODY_ID } : {};
  const spawning = { ...who, env, cwd: '/' };
  await makeDatabase(home, dataDir, spawning);

  const logFile = `${dataDir}.log`;
  const log = openSync(logFile, 'a');
  const server = spawn(
    `${home}/bin/postgres`,
    [
      '-D',
      dataDir,
      '-p',
      String(port),
      ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=32MB'].flatMap((setting) => [
        '-c',
        setting,
      ]),
    ],
    { ...spawning, detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const pid = server.pid;
  if (pid === undefined) throw await new Promise<Error>((resolve) => server.once('error', resolve));
  server.unref();
  const watchdog = startWatchdog(pid);
  await writeFile(ownerFile(dataDir), String(process.pid));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilReady(server, url, logFile);
  let ended = false;
  const endBy = async (end: (pid: number) => Promise<void>): Promise<void> => {
    // Once it has ended, its number may be another's.
    if (!ended) await end(pid);
    ended = true;
    watchdog.dismiss();
  };
  return {
    url,
    dataDir,
    pid,
    crash: () => endBy(crashServer),
    stop: () => endBy(endServer),
  };
}

const ownerFile = (dataDir: string): string => `${dataDir}.owner`;

/** A server whose supervisor lives is someone's; one whose supervisor died is being ended, or was forgotten. */
async function endStaleServer(dataDir: string): Promise<void> {
  const pid = await serverOn(dataDir);
  if (pid === undefined) return;
  const owner = Number.parseInt(await readFile(ownerFile(dataDir), 'utf8').catch(() => ''), 10);
  if (owner > 1 && isAlive(owner)) {
    throw new Error(`The database in ${dataDir} is in use by process ${owner}: stop that one first.`);
  }
  if (!(await endedWithin(pid, 1000))) await endServer(pid);
}

async function requireFreePort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${port} on 127.0.0.1, wanted for PostgreSQL, is in use by another program.`, {
              cause: error,
            })
          : error,
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

async function makeDatabase(home: string, dataDir: string, spawning: object): Promise<void> {
  const exists = await access(`${dataDir}/PG_VERSION`).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await mkdir(dirname(dataDir), { recursive: true, mode: 0o755 });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (isRoot()) await chown(dataDir, NOBODY_ID, NOBODY_ID);
  const arguments_ = ['-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(`${home}/bin/initdb`, arguments_, spawning).catch((error) => {
    throw new Error(
      `PostgreSQL could not make its data folder ${dataDir}: ${String(error.stderr || error.message).trim()}`,
      {
        cause: error,
      },
    );
  });
}

async function untilReady(server: ChildProcess, url: string, logFile: string): Promise<void> {
  const giveUpMs = performance.now() + START_MS;
  let ended: string | undefined;
  server.once('exit', (code, signal) => {
    ended = `ended with ${code ?? signal}`;
  });
  while (performance.now() < giveUpMs) {
    if (ended) break;
    if (await answers(url)) return;
    await sleep(20);
  }
  const lastWords = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-5).join('\n');
  throw new Error(
    `PostgreSQL ${ended ?? `was not ready in ${START_MS} ms`}. Its last words (${logFile}):\n${lastWords}`,
  );
}

/** While it starts or recovers, the server takes connections and refuses them in words: only an answer counts. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000, query_timeout: 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
