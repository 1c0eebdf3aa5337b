import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../process/start-postgres.ts';
import { freePort } from './free-port.ts';

export interface TestPostgres {
  readonly url: string;
  /** A new, empty database on the same server. */
  emptyDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** PostgreSQL on a free port and a folder of its own, gone with `stop`. */
export async function testPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp('/var/tmp/pressplay-test-');
  await chmod(folder, 0o755);
  const server = await startPostgres({ port: await freePort(), dataDir: join(folder, 'data') });
  return {
    ...databasesOn(server.url),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server that is there already. Its user may create databases; `stop` removes those that were made here. */
export function databasesOn(url: string): TestPostgres {
  const prefix = `pressplay_test_${randomBytes(4).toString('hex')}`;
  const made: string[] = [];
  return {
    url,
    async emptyDatabase() {
      const name = `${prefix}_${made.length}`;
      made.push(name);
      await execute(url, `create database ${name}`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return own.href;
    },
    async stop() {
      for (const name of made) await execute(url, `drop database if exists ${name}`);
    },
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
