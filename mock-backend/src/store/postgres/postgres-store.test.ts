import { describe, expect, it } from 'vitest';
import { postgresSuite } from '../../testing/postgres-suite.ts';
import { testPostgres } from '../../testing/test-postgres.ts';
import { PostgresStore } from './postgres-store.ts';

describe('the store in the PostgreSQL that npm brings', () => {
  postgresSuite(testPostgres);
});

it('fails in bounded time where nobody answers', async () => {
  const opening = PostgresStore.open({ url: 'postgres://postgres@127.0.0.1:1/postgres' });
  await expect(opening).rejects.toThrow();
});
