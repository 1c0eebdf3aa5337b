import type { DeviceCapabilities } from '@pressplay/protocol/messages';
import type { Pool } from 'pg';
import { begins, runsOn } from '../../leases/decide-claims.ts';
import type { PlayClaim, PlayOutcome, PlayRecord } from '../../leases/play-claim.ts';
import { plainArray, quoted, textArray } from './array-literals.ts';

/** Made by a migration, which says what it does: `drizzle/0005_claim_plays.sql`. */
const CLAIM = {
  name: 'pressplay-claim-plays',
  text: 'select claim_plays($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
  rowMode: 'array',
} as const;

/** A claim that did not begin in the first statement, by its place from 1: its play runs on, or began, or nothing was written. */
interface Remaining {
  readonly place: number;
  readonly leaseEndsAtMs?: number;
  readonly createdAtMs?: number;
  readonly replaced?: readonly string[];
}

/**
 * The claims of which there is little to decide, in one exchange: undefined for those that are to be weighed. Of an account
 * there is one claim at most.
 */
export async function claimAtOnce(
  pool: Pool,
  claims: readonly PlayClaim[],
  nowMs: number,
  expiredBeforeMs: number,
): Promise<(PlayOutcome | undefined)[]> {
  const values = [...columnsOf(claims), Math.floor(nowMs), Math.ceil(expiredBeforeMs)];
  const { rows } = await pool.query<[readonly Remaining[] | null]>({ ...CLAIM, values });
  const outcomes: (PlayOutcome | undefined)[] = [];
  const remaining = rows[0]?.[0];
  if (remaining === undefined) throw new Error('PostgreSQL said nothing of a batch of claims.');
  const others = new Map(remaining?.map((other) => [other.place, other]));
  for (const [at, claim] of claims.entries()) {
    const other = others.get(at + 1);
    outcomes.push(other ? outcomeOf(claim, other) : begins(claim));
  }
  return outcomes;
}

function outcomeOf(claim: PlayClaim, { leaseEndsAtMs, createdAtMs, replaced }: Remaining): PlayOutcome | undefined {
  if (replaced) return begins(claim, replaced);
  if (leaseEndsAtMs === undefined || createdAtMs === undefined) return undefined;
  return runsOn({ ...claim.play, createdAtMs }, leaseEndsAtMs);
}

/** One array for each column, in the order of the function's parameters. */
function columnsOf(claims: readonly PlayClaim[]): string[] {
  const texts = (of: (play: PlayRecord) => string | undefined): string => textArray(claims.map(({ play }) => of(play)));
  const plain = (of: (claim: PlayClaim) => number | boolean | string | undefined): string => plainArray(claims.map(of));
  return [
    texts((play) => play.accountId),
    texts((play) => play.idempotencyKey),
    texts((play) => play.playId),
    texts((play) => play.titleId),
    plain(({ play }) => deviceLiteral(play.device)),
    plain(({ play }) => Math.round(play.createdAtMs)),
    texts((play) => play.playerId),
    plain(({ occasion, leaseEndsAtMs }) => (occasion === 'prefetch' ? 0 : Math.round(leaseEndsAtMs))),
    plain(({ occasion, maxStreams }) => (isLimited(occasion) ? maxStreams : undefined)),
    plain(({ occasion }) => occasion === 'start'),
  ];
}

/** Devices that say the same are one object, as a rule, which is written down once. */
const deviceLiterals = new WeakMap<DeviceCapabilities, string>();

function deviceLiteral(device: DeviceCapabilities): string {
  let literal = deviceLiterals.get(device);
  if (literal === undefined) {
    literal = quoted(JSON.stringify(device));
    deviceLiterals.set(device, literal);
  }
  return literal;
}

const isLimited = (occasion: PlayClaim['occasion']): boolean => occasion === 'start' || occasion === 'renewal';
