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
  let count = 0;
  return {
    url: server.url,
    async emptyDatabase() {
      const name = `test_${++count}`;
      const client = new pg.Client(server.url);
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return server.url.replace(/\/postgres$/, `/${name}`);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
