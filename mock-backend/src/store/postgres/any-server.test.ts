import { describe, it } from 'vitest';
import { postgresSuite } from '../../testing/postgres-suite.ts';
import { databasesOn } from '../../testing/test-postgres.ts';

const url = process.env.DATABASE_URL;

if (url) {
  describe('the store on the server that DATABASE_URL names', () => {
    postgresSuite(async () => databasesOn(url));
  });
} else {
  it.skip('the store on another server: DATABASE_URL=postgres://user@host:5432/postgres npx vitest run mock-backend/src/store/postgres/any-server', () =>
    undefined);
}
