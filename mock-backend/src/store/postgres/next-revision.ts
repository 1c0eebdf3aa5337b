import { sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { catalogRevision } from './tables.ts';

const ROWS = { titles: 1, revocations: 2 } as const;

/** Higher than that of every change before. Whoever changes next waits for the end of the transaction. */
export async function nextRevision(tx: Pick<NodePgDatabase, 'insert'>, of: keyof typeof ROWS): Promise<number> {
  const [next] = await tx
    .insert(catalogRevision)
    .values({ id: ROWS[of], revision: 1 })
    .onConflictDoUpdate({ target: catalogRevision.id, set: { revision: sql`${catalogRevision.revision} + 1` } })
    .returning({ revision: catalogRevision.revision });
  if (!next) throw new Error('PostgreSQL gave no revision back.');
  return next.revision;
}
