import type { Revocation } from '@pressplay/protocol/messages';
import { asc, gt, lt, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { REVOCATIONS_AT_ONCE, type StoredRevocation } from '../store.ts';
import { nextRevision } from './next-revision.ts';
import { revocations } from './tables.ts';

/** API tokens that were called back. */
export class PostgresRevocations {
  readonly #db: NodePgDatabase;

  constructor(db: NodePgDatabase) {
    this.#db = db;
  }

  async put(revocation: Revocation): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const revision = await nextRevision(tx, 'revocations');
      const { reason, madeAtMs } = revocation;
      // A time that was never said is null, which `greatest` does not count.
      const later = (column: AnyPgColumn) => sql`greatest(${column}, excluded.${sql.identifier(column.name)})`;
      await tx
        .insert(revocations)
        .values({ ...revocation, revision })
        .onConflictDoUpdate({
          target: [revocations.kind, revocations.id],
          set: {
            reason,
            madeAtMs,
            revision,
            issuedBeforeMs: later(revocations.issuedBeforeMs),
            expiresAtMs: later(revocations.expiresAtMs),
          },
        });
    });
  }

  async since(revision: number): Promise<readonly StoredRevocation[]> {
    const rows = await this.#db
      .select()
      .from(revocations)
      .where(gt(revocations.revision, revision))
      .orderBy(asc(revocations.revision))
      .limit(REVOCATIONS_AT_ONCE);
    return rows.map(({ revision, issuedBeforeMs, ...rest }) => ({
      revocation: { ...rest, ...(issuedBeforeMs !== null && { issuedBeforeMs }) },
      revision,
    }));
  }

  async forget(): Promise<number> {
    const nowMs = sql`floor(extract(epoch from now()) * 1000)::bigint`;
    const { rowCount } = await this.#db.delete(revocations).where(lt(revocations.expiresAtMs, nowMs));
    return rowCount ?? 0;
  }
}
