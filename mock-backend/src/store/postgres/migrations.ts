import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { Pool } from 'pg';

/** Any number; the same in every region. */
const LOCK = 7_290_417;

/** Brings the tables up to date. Regions that start at once wait for each other. */
export async function applyMigrations(pool: Pool, folder = migrationsFolder()): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await migrate(drizzle(client), { migrationsFolder: folder });
    await client.query('select pg_advisory_unlock($1)', [LOCK]);
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** `mock-backend/drizzle`, seen from the sources and from `dist`. */
export function migrationsFolder(): string {
  const places = ['../drizzle', '../../../drizzle'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const folder = places.find((place) => existsSync(`${place}/meta/_journal.json`));
  if (!folder) throw new Error(`The database's migrations are missing: looked in ${places.join(' and ')}.`);
  return folder;
}
