import type {
  CatalogTitle,
  DeviceCapabilities,
  Drain,
  HealthReport,
  Revocation,
  Route,
  RoutesImport,
  SteeringDecision,
} from '@pressplay/protocol/messages';
import { bigint, index, integer, json, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';

const unixMs = (name: string) => bigint(name, { mode: 'number' });

/** `json`, not `jsonb`: the segment index stays the text it was. */
export const titles = pgTable(
  'titles',
  {
    titleId: text('title_id').primaryKey(),
    revision: bigint('revision', { mode: 'number' }).notNull(),
    title: json('title').$type<CatalogTitle>().notNull(),
  },
  (table) => [index('titles_by_revision').on(table.revision)],
);

/**
 * A row for titles, one for tokens that were called back: its lock puts changes in one order, so that a reader that
 * follows the revision misses none.
 */
export const catalogRevision = pgTable('catalog_revision', {
  id: integer('id').primaryKey(),
  revision: bigint('revision', { mode: 'number' }).notNull(),
});

export const plays = pgTable(
  'plays',
  {
    accountId: text('account_id').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    playId: text('play_id').notNull(),
    titleId: text('title_id').notNull(),
    device: json('device').$type<DeviceCapabilities>().notNull(),
    createdAtMs: unixMs('created_at_ms').notNull(),
    playerId: text('player_id'),
    leaseEndsAtMs: unixMs('lease_ends_at_ms').notNull().default(0),
    endedAtMs: unixMs('ended_at_ms'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.idempotencyKey] }),
    uniqueIndex('plays_by_id').on(table.playId),
    index('plays_by_age').on(table.createdAtMs),
    index('plays_by_lease').on(table.accountId, table.leaseEndsAtMs),
  ],
);

export const ocas = pgTable('ocas', {
  ocaId: text('oca_id').primaryKey(),
  health: json('health').$type<HealthReport>(),
  healthAtMs: unixMs('health_at_ms'),
  routes: json('routes').$type<Route[]>(),
  routesAtMs: unixMs('routes_at_ms'),
  inventory: json('inventory').$type<string[]>(),
  inventoryAtMs: unixMs('inventory_at_ms'),
});

/** What operators took out of service. */
export const drains = pgTable(
  'drains',
  {
    kind: text('kind').$type<Drain['kind']>().notNull(),
    id: text('id').notNull(),
    reason: text('reason').notNull(),
    sinceMs: unixMs('since_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.id] })],
);

/** API tokens that were called back: one, or those of an account that were issued before a moment. */
export const revocations = pgTable(
  'revocations',
  {
    kind: text('kind').$type<Revocation['kind']>().notNull(),
    id: text('id').notNull(),
    issuedBeforeMs: unixMs('issued_before_ms'),
    madeAtMs: unixMs('made_at_ms').notNull(),
    expiresAtMs: unixMs('expires_at_ms').notNull(),
    reason: text('reason').notNull(),
    revision: bigint('revision', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.id] }),
    index('revocations_by_revision').on(table.revision),
    index('revocations_by_expiry').on(table.expiresAtMs),
  ],
);

/** The log of steering decisions. */
export const steeringDecisions = pgTable(
  'steering_decisions',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    playId: text('play_id').notNull(),
    atMs: unixMs('at_ms').notNull(),
    decision: json('decision').$type<SteeringDecision>().notNull(),
  },
  (table) => [index('steering_decisions_by_play').on(table.playId), index('steering_decisions_by_age').on(table.atMs)],
);

/** Routes of sites from dumps, as they came in. */
export const routeImports = pgTable(
  'route_imports',
  {
    siteId: text('site_id').notNull(),
    importId: text('import_id').notNull(),
    part: integer('part').notNull(),
    content: json('content').$type<RoutesImport>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.siteId, table.importId, table.part] })],
);
