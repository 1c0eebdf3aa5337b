import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Pool } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { applyMigrations, migrationsFolder } from '../store/postgres/migrations.ts';
import { PostgresStore } from '../store/postgres/postgres-store.ts';
import { claimRaces } from './claim-races.ts';
import { storeConformance } from './store-conformance.ts';
import type { TestPostgres } from './test-postgres.ts';
import { DEVICE, makeTitle } from './test-region.ts';

const TSX = ['--conditions=pressplay-source', '--import', 'tsx'];

/** What must hold on every server: the conformance of a store, and how its tables come about. */
export function postgresSuite(start: () => Promise<TestPostgres>): void {
  let postgres: TestPostgres;
  const open = new Map<PostgresStore, string>();
  const openStore = async (url: string): Promise<PostgresStore> => {
    const store = await PostgresStore.open({ url, maxConnections: 4 });
    open.set(store, url);
    return store;
  };

  beforeAll(async () => {
    postgres = await start();
  }, 60_000);
  afterEach(async () => {
    await Promise.all([...open.keys()].map((store) => store.close()));
    open.clear();
  });
  afterAll(() => postgres.stop(), 60_000);

  storeConformance(
    async () => openStore(await postgres.emptyDatabase()),
    async (store) => openStore(open.get(store as PostgresStore) ?? ''),
  );

  it('is set up once by regions that start at the same moment', async () => {
    const url = await postgres.emptyDatabase();
    const stores = await Promise.all([openStore(url), openStore(url), openStore(url)]);
    for (const store of stores) expect(await store.titlesSince(0)).toEqual([]);
  });

  claimRaces(async () => {
    const url = await postgres.emptyDatabase();
    return [await openStore(url), await openStore(url)];
  });

  // One claim goes in one exchange; of two of one account the second is weighed in a transaction of several.
  it.each([1, 2])('takes locks from a region that hangs while it claims %i', { timeout: 60_000 }, async (claims) => {
    const url = await postgres.emptyDatabase();
    const store = await openStore(url);
    const lock = new Client(url);
    await lock.connect();
    // Whoever claims a play of this account waits for this lock first.
    await lock.query("select pg_advisory_lock(hashtextextended('account', 7290418))");
    const region = spawn(
      process.execPath,
      [...TSX, fileURLToPath(new URL('claiming-region.ts', import.meta.url)), url, String(claims)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      await once(region.stdout, 'data');
      const waits = async () =>
        (await lock.query("select from pg_locks where locktype = 'advisory' and not granted")).rowCount;
      await vi.waitUntil(async () => (await waits()) === 1, { timeout: 20_000, interval: 20 });
      region.kill('SIGSTOP');
      await lock.query("select pg_advisory_unlock(hashtextextended('account', 7290418))");
      const play = { playId: 'a'.repeat(32), accountId: 'account', idempotencyKey: 'key-00000001', titleId: 'film' };
      const claim = {
        play: { ...play, device: DEVICE, createdAtMs: 1 },
        occasion: 'start',
        leaseEndsAtMs: 2000,
      } as const;
      expect(await store.claimPlays([claim], 1000, 0)).toMatchObject([{ verdict: 'granted' }]);
    } finally {
      region.kill('SIGKILL');
      await lock.end();
    }
  });

  it('brings tables of every older version up to date, with all that lies in them', { timeout: 60_000 }, async () => {
    const { entries } = await journalOf(migrationsFolder());
    expect(entries.length).toBeGreaterThan(1);
    for (let versions = 1; versions < entries.length; versions++) {
      const url = await postgres.emptyDatabase();
      await setUpAsOf(url, versions);
      const store = await openStore(url);
      expect(await store.titlesSince(0), `from version ${versions}`).toMatchObject([
        { revision: 7, title: { titleId: 'old-film' } },
      ]);
      expect(await store.findPlay('a'.repeat(32))).toMatchObject({
        titleId: 'old-film',
        device: DEVICE,
        createdAtMs: 5,
      });
      expect(await store.loadOcas()).toEqual([{ ocaId: 'old-1', inventory: { value: ['f1'], atMs: 9 } }]);
      expect((await store.putTitle(makeTitle('new-film'))).revision).toBe(8);
      expect(await store.listDrains()).toEqual([]);
      expect(await store.latestDecisions(0, 1)).toEqual([]);
    }
  });
}

interface Journal {
  readonly entries: readonly { readonly tag: string }[];
}

const journalOf = async (folder: string): Promise<Journal> =>
  JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8'));

/** The tables as the first so many migrations made them, and something in those that were always there. */
async function setUpAsOf(url: string, versions: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pressplay-migrations-'));
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    await cp(migrationsFolder(), folder, { recursive: true });
    const journal = await journalOf(folder);
    const older = { ...journal, entries: journal.entries.slice(0, versions) };
    await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify(older));
    await applyMigrations(pool, folder);
    await pool.query('insert into catalog_revision (id, revision) values (1, 7)');
    await pool.query('insert into titles (title_id, revision, title) values ($1, 7, $2)', [
      'old-film',
      JSON.stringify(makeTitle('old-film')),
    ]);
    await pool.query(
      'insert into plays (account_id, idempotency_key, play_id, title_id, device, created_at_ms) values ($1, $2, $3, $4, $5, 5)',
      ['account', 'key-00000001', 'a'.repeat(32), 'old-film', JSON.stringify(DEVICE)],
    );
    await pool.query("insert into ocas (oca_id, inventory, inventory_at_ms) values ('old-1', $1, 9)", ['["f1"]']);
  } finally {
    await pool.end();
    await rm(folder, { recursive: true, force: true });
  }
}
