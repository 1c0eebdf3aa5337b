import type {
  CatalogTitle,
  Drain,
  Revocation,
  Route,
  RoutesImport,
  SteeringDecision,
} from '@pressplay/protocol/messages';
import { and, asc, desc, eq, gt, gte, lt, ne, sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import type { LeaseBeat, PlayClaim, PlayOutcome, StoredPlay } from '../../leases/play-claim.ts';
import {
  CLOCKS_DIFFER_MS,
  type OcaStamps,
  type Reported,
  type Store,
  type StoredImport,
  type StoredOca,
  type StoredRevocation,
  type StoredTitle,
  TITLES_AT_ONCE,
} from '../store.ts';
import { applyMigrations } from './migrations.ts';
import { nextRevision } from './next-revision.ts';
import { PostgresPlays } from './postgres-plays.ts';
import { PostgresRevocations } from './postgres-revocations.ts';
import { drains, ocas, routeImports, steeringDecisions, titles } from './tables.ts';

export interface PostgresStoreOptions {
  readonly url: string;
  /** Connections of this region; 8. */
  readonly maxConnections?: number;
  /** A question that takes longer fails, so that a hanging database does not hang the plays; 2 s. */
  readonly timeoutMs?: number;
  readonly onConnectionLost?: (error: Error) => void;
}

/** A region that hangs in the middle of a transaction would hold locks of its accounts, and other regions could not take over their plays. */
const LONGEST_PAUSE_IN_TRANSACTION_MS = 1000;

/** The store that regions share: any server that speaks PostgreSQL's protocol. */
export class PostgresStore implements Store {
  readonly #pool: Pool;
  readonly #db: NodePgDatabase;
  readonly #plays: PostgresPlays;
  readonly #revocations: PostgresRevocations;

  private constructor(pool: Pool) {
    this.#pool = pool;
    this.#db = drizzle(pool);
    this.#plays = new PostgresPlays(pool);
    this.#revocations = new PostgresRevocations(this.#db);
  }

  /** Connects and brings the tables up to date. */
  static async open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const { url, maxConnections = 8, timeoutMs = 2000, onConnectionLost = () => {} } = options;
    const migrating = new Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 10_000 });
    migrating.on('error', onConnectionLost);
    try {
      await applyMigrations(migrating);
    } finally {
      await migrating.end();
    }
    const pool = new Pool({
      connectionString: url,
      max: maxConnections,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      idle_in_transaction_session_timeout: LONGEST_PAUSE_IN_TRANSACTION_MS,
    });
    pool.on('error', onConnectionLost);
    // Also between two statements of a transaction, when the pool does not listen: unheard, it would end the process.
    pool.on('connect', (client) => client.on('error', onConnectionLost));
    return new PostgresStore(pool);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async wallMs(): Promise<number> {
    const { rows } = await this.#pool.query<{ wall_ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as wall_ms',
    );
    return rows[0]?.wall_ms ?? Number.NaN;
  }

  async putTitle(title: CatalogTitle): Promise<StoredTitle> {
    return this.#db.transaction(async (tx) => {
      const revision = await nextRevision(tx, 'titles');
      await tx
        .insert(titles)
        .values({ titleId: title.titleId, revision, title })
        .onConflictDoUpdate({ target: titles.titleId, set: { revision, title } });
      return { title, revision };
    });
  }

  async titlesSince(revision: number): Promise<readonly StoredTitle[]> {
    return this.#db
      .select({ title: titles.title, revision: titles.revision })
      .from(titles)
      .where(gt(titles.revision, revision))
      .orderBy(asc(titles.revision))
      .limit(TITLES_AT_ONCE);
  }

  claimPlays(claims: readonly PlayClaim[], nowMs: number, expiredBeforeMs: number): Promise<readonly PlayOutcome[]> {
    return this.#plays.claim(claims, nowMs, expiredBeforeMs);
  }

  beatLeases(beats: readonly LeaseBeat[], nowMs: number): Promise<void> {
    return this.#plays.beat(beats, nowMs);
  }

  endPlays(playIds: readonly string[], nowMs: number): Promise<void> {
    return this.#plays.end(playIds, nowMs);
  }

  findPlay(playId: string): Promise<StoredPlay | undefined> {
    return this.#plays.find(playId);
  }

  forgetPlays(olderThanMs: number): Promise<number> {
    return this.#plays.forget(olderThanMs);
  }

  /** One statement for the whole batch, always in the order of the ids: regions that save at once cannot deadlock. */
  async saveOcas(batch: readonly StoredOca[], nowMs: number): Promise<void> {
    if (batch.length === 0) return;
    const rows = [...batch].sort((a, b) => (a.ocaId < b.ocaId ? -1 : 1)).map(rowOf);
    await this.#db
      .insert(ocas)
      .values(rows)
      .onConflictDoUpdate({
        target: ocas.ocaId,
        set: { ...newerPart('health', nowMs), ...newerPart('routes', nowMs), ...newerPart('inventory', nowMs) },
      });
  }

  async loadOcas(): Promise<readonly StoredOca[]> {
    return (await this.#db.select().from(ocas)).map(ocaOf);
  }

  countOcas(): Promise<number> {
    return this.#db.$count(ocas);
  }

  async listOcaIds(): Promise<readonly string[]> {
    return (await this.#db.select({ ocaId: ocas.ocaId }).from(ocas)).map(({ ocaId }) => ocaId);
  }

  async changedOcas(read: readonly OcaStamps[]): Promise<readonly StoredOca[]> {
    const column = (atMs: (stamps: OcaStamps) => number | undefined) => read.map((stamps) => atMs(stamps) ?? null);
    const { rows } = await this.#pool.query<ChangedRow>(CHANGED_OCAS, [
      read.map(({ ocaId }) => ocaId),
      column(({ healthAtMs }) => healthAtMs),
      column(({ routesAtMs }) => routesAtMs),
      column(({ inventoryAtMs }) => inventoryAtMs),
    ]);
    return rows.map(({ changed }) => ocaOf(changed));
  }

  async putDrain(drain: Drain): Promise<void> {
    const { reason, sinceMs } = drain;
    await this.#db
      .insert(drains)
      .values(drain)
      .onConflictDoUpdate({ target: [drains.kind, drains.id], set: { reason, sinceMs } });
  }

  async endDrain(kind: Drain['kind'], id: string): Promise<void> {
    await this.#db.delete(drains).where(and(eq(drains.kind, kind), eq(drains.id, id)));
  }

  async listDrains(): Promise<readonly Drain[]> {
    return this.#db.select().from(drains);
  }

  putRevocation(revocation: Revocation): Promise<void> {
    return this.#revocations.put(revocation);
  }

  revocationsSince(revision: number): Promise<readonly StoredRevocation[]> {
    return this.#revocations.since(revision);
  }

  forgetRevocations(): Promise<number> {
    return this.#revocations.forget();
  }

  async appendDecisions(decisions: readonly SteeringDecision[]): Promise<void> {
    for (let from = 0; from < decisions.length; from += DECISIONS_A_STATEMENT) {
      const rows = decisions
        .slice(from, from + DECISIONS_A_STATEMENT)
        .map((decision) => ({ playId: decision.inputs.playId, atMs: decision.inputs.atMs, decision }));
      await this.#db.insert(steeringDecisions).values(rows);
    }
  }

  async findDecisions(playId: string): Promise<readonly SteeringDecision[]> {
    const { decision, atMs, id } = steeringDecisions;
    const rows = await this.#db
      .select({ decision })
      .from(steeringDecisions)
      .where(eq(steeringDecisions.playId, playId))
      .orderBy(asc(atMs), asc(id));
    return rows.map((row) => row.decision);
  }

  async latestDecisions(sinceMs: number, limit: number): Promise<readonly SteeringDecision[]> {
    const { decision, atMs, id } = steeringDecisions;
    const rows = await this.#db
      .select({ decision })
      .from(steeringDecisions)
      .where(gte(atMs, sinceMs))
      .orderBy(desc(atMs), desc(id))
      .limit(limit);
    return rows.map((row) => row.decision).reverse();
  }

  async forgetDecisions(beforeMs: number): Promise<number> {
    const { rowCount } = await this.#db.delete(steeringDecisions).where(lt(steeringDecisions.atMs, beforeMs));
    return rowCount ?? 0;
  }

  async saveImportPart(siteId: string, content: RoutesImport): Promise<void> {
    const { importId, part, parts } = content;
    await this.#db.transaction(async (tx) => {
      await tx
        .insert(routeImports)
        .values({ siteId, importId, part, content })
        .onConflictDoUpdate({
          target: [routeImports.siteId, routeImports.importId, routeImports.part],
          set: { content },
        });
      if (part + 1 === parts)
        await tx.delete(routeImports).where(and(eq(routeImports.siteId, siteId), ne(routeImports.importId, importId)));
    });
  }

  async listImports(): Promise<readonly StoredImport[]> {
    // Every part knows how many there are; one is asked, for a part is large.
    const parts = sql<number>`max(case when ${routeImports.part} = 0 then (${routeImports.content}->>'parts')::int end)`;
    const { siteId, importId } = routeImports;
    return this.#db
      .select({ siteId, importId, parts })
      .from(routeImports)
      .groupBy(siteId, importId)
      .having(sql`count(*) = ${parts}`);
  }

  async loadImportPart(siteId: string, importId: string, part: number): Promise<readonly Route[] | undefined> {
    const [row] = await this.#db
      .select({ content: routeImports.content })
      .from(routeImports)
      .where(and(eq(routeImports.siteId, siteId), eq(routeImports.importId, importId), eq(routeImports.part, part)));
    return row?.content.routes;
  }
}

/** Keeps a statement far from the limit of 65,535 parameters, and short. */
const DECISIONS_A_STATEMENT = 200;

type OcaRow = typeof ocas.$inferSelect;

interface ChangedRow {
  readonly changed: OcaRow;
}

/** A part that is as it was read comes without its value, and so not at all. */
const CHANGED_OCAS = `select json_build_object('ocaId', oca_id,
    'health', case when health_at_ms is distinct from read.health then ocas.health end, 'healthAtMs', health_at_ms,
    'routes', case when routes_at_ms is distinct from read.routes then ocas.routes end, 'routesAtMs', routes_at_ms,
    'inventory', case when inventory_at_ms is distinct from read.inventory then ocas.inventory end, 'inventoryAtMs', inventory_at_ms
  ) as changed
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as read (oca_id, health, routes, inventory)
  join ocas using (oca_id)
  where (health_at_ms, routes_at_ms, inventory_at_ms) is distinct from (read.health, read.routes, read.inventory)`;

function ocaOf(row: OcaRow): StoredOca {
  const health = reported(row.health, row.healthAtMs);
  const routes = reported(row.routes, row.routesAtMs);
  const inventory = reported(row.inventory, row.inventoryAtMs);
  return { ocaId: row.ocaId, ...(health && { health }), ...(routes && { routes }), ...(inventory && { inventory }) };
}

const rowOf = ({ ocaId, health, routes, inventory }: StoredOca): typeof ocas.$inferInsert => ({
  ocaId,
  health: health?.value ?? null,
  healthAtMs: health?.atMs ?? null,
  routes: routes ? [...routes.value] : null,
  routesAtMs: routes?.atMs ?? null,
  inventory: inventory ? [...inventory.value] : null,
  inventoryAtMs: inventory?.atMs ?? null,
});

/** Takes the offered part and its time when it is newer than the kept one, or that one is of a clock that ran ahead. */
function newerPart(part: 'health' | 'routes' | 'inventory', nowMs: number) {
  const [value, atMs] = [ocas[part], ocas[`${part}AtMs`]];
  const offered = (column: { name: string }) => sql.raw(`excluded."${column.name}"`);
  // What is not offered takes no place.
  const isAhead = sql`(${offered(atMs)} is not null and ${atMs} > ${Math.round(nowMs) + CLOCKS_DIFFER_MS})`;
  const isNewer = sql`(${offered(atMs)} > coalesce(${atMs}, -1) or ${isAhead})`;
  return {
    [part]: sql`case when ${isNewer} then ${offered(value)} else ${value} end`,
    [`${part}AtMs`]: sql`case when ${isNewer} then ${offered(atMs)} else ${atMs} end`,
  };
}

const reported = <T>(value: T | null, atMs: number | null): Reported<T> | undefined =>
  value === null || atMs === null ? undefined : { value, atMs };
