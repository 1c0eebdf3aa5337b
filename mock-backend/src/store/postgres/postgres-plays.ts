import type { Pool, PoolClient } from 'pg';
import { decideClaims } from '../../leases/decide-claims.ts';
import type { LeaseBeat, PlayClaim, PlayOutcome, StoredPlay } from '../../leases/play-claim.ts';
import { claimAtOnce } from './claim-at-once.ts';

const COLUMNS =
  'play_id, account_id, idempotency_key, title_id, device, created_at_ms, player_id, lease_ends_at_ms, ended_at_ms';

/**
 * A lease is worth a minute or two: waiting for the disk would cost each play more than a crash of the database can,
 * after which plays are put back by their renewals.
 */
const BEGIN = 'begin; set local synchronous_commit = off; set local enable_seqscan = off';

/** PostgreSQL plans it once for each connection: planning costs more than running it. */
function prepared(name: string, text: string): { readonly name: string; readonly text: string } {
  return { name: `pressplay-${name}`, text };
}

/** Batches that share an account wait for each other; the order of the keys keeps them from waiting in a circle. */
const LOCK_ACCOUNTS = prepared(
  'lock-accounts',
  `select pg_advisory_xact_lock(lock) from (
  select distinct hashtextextended(account, 7290418) as lock from unnest($1::text[]) as account order by lock
) as locks`,
);

/**
 * What `decideClaims` wants to know. Row by row and by index alone (`limit` and `offset` keep the planner from joining
 * otherwise): a plan is kept while the table grows from nothing. A play may come twice.
 */
const READ_KNOWN = prepared(
  'read-known',
  `select known.* from unnest($1::text[], $2::text[]) as claim (account, key), lateral (
    select ${COLUMNS} from plays where account_id = claim.account and idempotency_key = claim.key limit 1
  ) as known
  union all select known.* from (select distinct unnest($1::text[]) as account) as claim, lateral (
    select ${COLUMNS} from plays where account_id = claim.account and lease_ends_at_ms > $3 offset 0
  ) as known`,
);

const WRITE_CHANGED = prepared(
  'write-changed',
  `insert into plays (${COLUMNS})
  select play_id, account_id, idempotency_key, title_id, device::json, created_at_ms, player_id, lease_ends_at_ms, ended_at_ms
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[])
    as changed (${COLUMNS})
  on conflict (account_id, idempotency_key) do update set play_id = excluded.play_id, title_id = excluded.title_id,
    device = excluded.device, created_at_ms = excluded.created_at_ms, player_id = excluded.player_id,
    lease_ends_at_ms = excluded.lease_ends_at_ms, ended_at_ms = excluded.ended_at_ms`,
);

const BEAT = `with alive as (
    select play_id from plays
    where play_id = any($1) and ended_at_ms is null and lease_ends_at_ms > $3 order by play_id for update
  )
  update plays set lease_ends_at_ms = beat.ends_at_ms
  from unnest($1::text[], $2::bigint[], $4::bigint[]) as beat (play_id, ends_at_ms, if_ends_at_ms), alive
  where plays.play_id = beat.play_id and alive.play_id = beat.play_id
    and plays.lease_ends_at_ms = coalesce(beat.if_ends_at_ms, plays.lease_ends_at_ms)`;

const END = `with going as (
    select play_id from plays where play_id = any($1) and ended_at_ms is null order by play_id for update
  )
  update plays set lease_ends_at_ms = 0, ended_at_ms = $2 from going where plays.play_id = going.play_id`;

/** Plays and their leases, many with each statement. */
export class PostgresPlays {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * One exchange for a whole batch, as a rule: plays that simply begin, or run on. What is left is weighed after them. Both
   * under a lock of the accounts: regions cannot both give away a last stream.
   */
  async claim(claims: readonly PlayClaim[], nowMs: number, expiredBeforeMs: number): Promise<readonly PlayOutcome[]> {
    const repeated = repeatedAccounts(claims);
    const single = repeated.size === 0 ? claims : claims.filter(({ play }) => !repeated.has(play.accountId));
    const settled = single.length === 0 ? [] : await claimAtOnce(this.#pool, single, nowMs, expiredBeforeMs);
    const outcomes = new Map<PlayClaim, PlayOutcome>();
    for (const [at, claim] of single.entries()) {
      const outcome = settled[at];
      if (outcome) outcomes.set(claim, outcome);
    }
    const left = outcomes.size === claims.length ? [] : claims.filter((claim) => !outcomes.has(claim));
    const weighed = (await this.#weigh(left, nowMs, expiredBeforeMs)).values();
    return claims.map((claim) => {
      const outcome = outcomes.get(claim) ?? weighed.next().value;
      if (!outcome) throw new Error('A claim was left without an outcome.');
      return outcome;
    });
  }

  /** Five short exchanges, for claims of which something stands against something. */
  async #weigh(claims: readonly PlayClaim[], nowMs: number, expiredBeforeMs: number): Promise<readonly PlayOutcome[]> {
    if (claims.length === 0) return [];
    const accountIds = claims.map(({ play }) => play.accountId);
    const keys = claims.map(({ play }) => play.idempotencyKey);
    return this.#transaction(async (client) => {
      await client.query({ ...LOCK_ACCOUNTS, values: [accountIds] });
      const { rows } = await client.query<PlayRow>({ ...READ_KNOWN, values: [accountIds, keys, Math.floor(nowMs)] });
      const { outcomes, changed } = decideClaims(claims, rows.map(playOf), nowMs, expiredBeforeMs);
      if (changed.length > 0) await client.query({ ...WRITE_CHANGED, values: columnsOf(changed) });
      return outcomes;
    });
  }

  async beat(beats: readonly LeaseBeat[], nowMs: number): Promise<void> {
    if (beats.length === 0) return;
    const ends = beats.map(({ leaseEndsAtMs }) => Math.round(leaseEndsAtMs));
    const ifEnds = beats.map(({ ifEndsAtMs }) => (ifEndsAtMs === undefined ? null : Math.round(ifEndsAtMs)));
    await this.#pool.query(BEAT, [beats.map(({ playId }) => playId), ends, Math.floor(nowMs), ifEnds]);
  }

  async end(playIds: readonly string[], nowMs: number): Promise<void> {
    if (playIds.length > 0) await this.#pool.query(END, [playIds, Math.floor(nowMs)]);
  }

  async find(playId: string): Promise<StoredPlay | undefined> {
    const { rows } = await this.#pool.query<PlayRow>(`select ${COLUMNS} from plays where play_id = $1`, [playId]);
    return rows.map(playOf)[0];
  }

  /** By the clock of the database. */
  async forget(olderThanMs: number): Promise<number> {
    const text = 'delete from plays where created_at_ms < floor(extract(epoch from now()) * 1000)::bigint - $1::bigint';
    const { rowCount } = await this.#pool.query(text, [olderThanMs]);
    return rowCount ?? 0;
  }

  async #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query(BEGIN);
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // The connection may still wait for the lock: closing it gives the lock back.
      client.release(true);
      throw error;
    }
  }
}

/** Accounts of which there are several claims: each sees what those before it were given. */
function repeatedAccounts(claims: readonly PlayClaim[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { play } of claims) {
    if (seen.has(play.accountId)) repeated.add(play.accountId);
    seen.add(play.accountId);
  }
  return repeated;
}

interface PlayRow {
  readonly play_id: string;
  readonly account_id: string;
  readonly idempotency_key: string;
  readonly title_id: string;
  readonly device: StoredPlay['device'];
  readonly created_at_ms: string;
  readonly player_id: string | null;
  readonly lease_ends_at_ms: string;
  readonly ended_at_ms: string | null;
}

const playOf = (row: PlayRow): StoredPlay => ({
  playId: row.play_id,
  accountId: row.account_id,
  idempotencyKey: row.idempotency_key,
  titleId: row.title_id,
  device: row.device,
  createdAtMs: Number(row.created_at_ms),
  ...(row.player_id !== null && { playerId: row.player_id }),
  leaseEndsAtMs: Number(row.lease_ends_at_ms),
  ...(row.ended_at_ms !== null && { endedAtMs: Number(row.ended_at_ms) }),
});

/** One array for each column, in their order; always in the order of the ids, so that batches cannot deadlock. */
function columnsOf(plays: readonly StoredPlay[]): unknown[] {
  const sorted = [...plays].sort((a, b) => (a.playId < b.playId ? -1 : 1));
  return [
    sorted.map((play) => play.playId),
    sorted.map((play) => play.accountId),
    sorted.map((play) => play.idempotencyKey),
    sorted.map((play) => play.titleId),
    sorted.map((play) => JSON.stringify(play.device)),
    sorted.map((play) => Math.round(play.createdAtMs)),
    sorted.map((play) => play.playerId ?? null),
    sorted.map((play) => Math.round(play.leaseEndsAtMs)),
    sorted.map((play) => (play.endedAtMs === undefined ? null : Math.round(play.endedAtMs))),
  ];
}
