import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { storeConformance } from '../../testing/store-conformance.ts';
import { type TestPostgres, testPostgres } from '../../testing/test-postgres.ts';
import { PostgresStore } from './postgres-store.ts';

let postgres: TestPostgres;
const open = new Map<PostgresStore, string>();

async function openStore(url: string): Promise<PostgresStore> {
  const store = await PostgresStore.open({ url, maxConnections: 4 });
  open.set(store, url);
  return store;
}

beforeAll(async () => {
  postgres = await testPostgres();
}, 60_000);
afterEach(async () => {
  await Promise.all([...open.keys()].map((store) => store.close()));
  open.clear();
});
afterAll(() => postgres.stop());

describe('the store in PostgreSQL', () => {
  storeConformance(
    async () => openStore(await postgres.emptyDatabase()),
    async (store) => openStore(open.get(store as PostgresStore) ?? ''),
  );

  it('is set up once by regions that start at the same moment', async () => {
    const url = await postgres.emptyDatabase();
    const stores = await Promise.all([openStore(url), openStore(url), openStore(url)]);
    for (const store of stores) expect(await store.titlesSince(0)).toEqual([]);
  });

  it('fails in bounded time where nobody answers', async () => {
    const opening = PostgresStore.open({ url: 'postgres://postgres@127.0.0.1:1/postgres' });
    await expect(opening).rejects.toThrow();
  });
});
