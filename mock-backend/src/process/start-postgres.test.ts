import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../testing/free-port.ts';
import { endedWithin, isAlive, serverOn } from './postgres-process.ts';
import { type RunningPostgres, startPostgres } from './start-postgres.ts';

let folder: string;
const running: RunningPostgres[] = [];

beforeEach(async () => {
  folder = await mkdtemp('/var/tmp/pressplay-test-');
  await chmod(folder, 0o755);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(port: number): Promise<RunningPostgres> {
  const server = await startPostgres({ port, dataDir: join(folder, 'data') });
  running.push(server);
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

it('keeps its data over a restart, and leaves nothing running', { timeout: 300_000 }, async () => {
  const first = await start(await freePort());
  await query(first.url, 'create table kept (n int); insert into kept values (7)');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start(await freePort());
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

it('keeps what was committed when it crashes', { timeout: 300_000 }, async () => {
  const first = await start(await freePort());
  await query(first.url, 'create table kept (n int); insert into kept values (7)');
  await first.crash();
  await expect(query(first.url, 'select 1')).rejects.toThrow();
  await first.stop();
  const second = await start(await freePort());
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

it('refuses a data folder whose owner lives, and ends a server whose owner died', { timeout: 300_000 }, async () => {
  const first = await start(await freePort());
  await expect(start(await freePort())).rejects.toThrow(`in use by process ${process.pid}`);
  const dead = spawn(process.execPath, ['-e', '']);
  await once(dead, 'exit');
  await writeFile(join(folder, 'data.owner'), String(dead.pid));
  expect(await serverOn(join(folder, 'data'))).toBe(first.pid);
  const second = await start(await freePort());
  expect(isAlive(first.pid)).toBe(false);
  expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(await readFile(join(folder, 'data.owner'), 'utf8')).toBe(String(process.pid));
});

it('names the port that is in use', async () => {
  const other = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  await expect(start(port)).rejects.toThrow(`Port ${port} on 127.0.0.1, wanted for PostgreSQL, is in use`);
  other.close();
});

it('ends PostgreSQL and the watchdog when the supervisor is killed', { timeout: 300_000 }, async () => {
  const script = fileURLToPath(new URL('../testing/postgres-supervisor.ts', import.meta.url));
  const dataDir = join(folder, 'data');
  const supervisor = spawn(process.execPath, ['--import', 'tsx', script, String(await freePort()), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(supervisor.stdout, 'data');
  const pid = Number(said);
  const watchdogs = await processesThatName(`${pid}`);
  expect(await serverOn(dataDir)).toBe(pid);
  expect(watchdogs).toHaveLength(1);
  supervisor.kill('SIGKILL');
  expect(await endedWithin(pid, 5000)).toBe(true);
  for (const watchdog of watchdogs) expect(await endedWithin(watchdog, 2000)).toBe(true);
});

/** Watchdogs of a server: node processes whose last argument is its process id. */
async function processesThatName(argument: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args=', '-ww']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(' -e ') || line.includes('SIGQUIT'))
    .filter((line) => line.trimEnd().endsWith(` ${argument}`))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid > 0);
}
