import type { PlayClaim, PlayGrant, PlayOutcome, PlayRecord, StoredPlay } from './play-claim.ts';

export interface ClaimDecisions {
  /** One for each claim, in their order. */
  readonly outcomes: readonly PlayOutcome[];
  /** Every play that is not as it was, once. */
  readonly changed: readonly StoredPlay[];
}

/** What a claim changes; nothing where it is refused. */
interface Ruling {
  readonly outcome: PlayOutcome;
  readonly writes: readonly StoredPlay[];
}

/**
 * Who gets a stream. `known` holds the plays of the claims' keys and every play of their accounts whose lease runs at
 * `nowMs`. Claims are judged one after the other, each seeing what those before it were given, so that of two claims for
 * the last stream one wins. Every store decides by this function, under a lock of the accounts.
 */
export function decideClaims(
  claims: readonly PlayClaim[],
  known: readonly StoredPlay[],
  nowMs: number,
  expiredBeforeMs: number,
): ClaimDecisions {
  const [first] = claims;
  if (first && claims.length === 1 && known.length <= 1) return decideAlone(first, known, nowMs, expiredBeforeMs);
  const accounts = new Map<string, Map<string, StoredPlay>>();
  const playsOf = (accountId: string): Map<string, StoredPlay> => {
    const plays = accounts.get(accountId) ?? new Map();
    accounts.set(accountId, plays);
    return plays;
  };
  for (const play of known) playsOf(play.accountId).set(play.idempotencyKey, play);
  const changed = new Map<string, StoredPlay>();
  const outcomes = claims.map((claim) => {
    const plays = playsOf(claim.play.accountId);
    const kept = alive(plays.get(claim.play.idempotencyKey), expiredBeforeMs);
    const { outcome, writes } = decideClaim(claim, kept, [...plays.values()], nowMs);
    for (const play of writes) {
      plays.set(play.idempotencyKey, play);
      changed.set(`${play.accountId}\n${play.idempotencyKey}`, play);
    }
    return outcome;
  });
  return { outcomes, changed: [...changed.values()] };
}

/** One claim of an account of which hardly anything is known, as most are: the same without any bookkeeping. */
function decideAlone(
  claim: PlayClaim,
  known: readonly StoredPlay[],
  nowMs: number,
  expiredBeforeMs: number,
): ClaimDecisions {
  const [play] = known;
  const kept = play?.idempotencyKey === claim.play.idempotencyKey ? alive(play, expiredBeforeMs) : undefined;
  const { outcome, writes } = decideClaim(claim, kept, known, nowMs);
  return { outcomes: [outcome], changed: writes };
}

const alive = (play: StoredPlay | undefined, expiredBeforeMs: number): StoredPlay | undefined =>
  play && play.createdAtMs >= expiredBeforeMs ? play : undefined;

/** `plays`: of the claim's account. */
function decideClaim(
  claim: PlayClaim,
  kept: StoredPlay | undefined,
  plays: readonly StoredPlay[],
  nowMs: number,
): Ruling {
  if (kept && !isSameRequest(kept, claim)) return { outcome: { verdict: 'other-request', play: kept }, writes: [] };
  if (kept?.endedAtMs !== undefined) return { outcome: { verdict: 'ended', play: kept }, writes: [] };
  if (kept && claim.occasion === 'prefetch') return { outcome: runsOn(kept, kept.leaseEndsAtMs), writes: [] };
  // Asked for again, it ends at another time: whoever asked first does not give this lease back.
  const leaseEndsAtMs = kept ? Math.max(kept.leaseEndsAtMs + 1, claim.leaseEndsAtMs) : claim.leaseEndsAtMs;
  if (kept && holdsStream(kept, nowMs)) return granting(runsOn(kept, leaseEndsAtMs));
  if (claim.occasion === 'prefetch') return granting(begins(claim));
  const { idempotencyKey } = claim.play;
  const streaming = plays
    .filter((other) => other.idempotencyKey !== idempotencyKey && holdsStream(other, nowMs))
    .sort(byEnd);
  const record = kept ?? claim.play;
  const replaced = claim.occasion === 'start' ? streaming.filter((other) => isOfSamePlayer(other, record)) : [];
  const holders = streaming.filter((other) => !replaced.includes(other));
  if (claim.occasion !== 'restore' && holders.length >= (claim.maxStreams ?? Number.POSITIVE_INFINITY))
    return { outcome: { verdict: 'stream-limit', play: kept ?? leased(record, 0), holders }, writes: [] };
  const ended = replaced.map((other) => ({ ...other, leaseEndsAtMs: 0, endedAtMs: nowMs }));
  const ids = replaced.map(({ playId }) => playId);
  return granting(kept ? takesStream(leased(kept, leaseEndsAtMs), ids) : begins(claim, ids), ended);
}

const granting = (outcome: PlayGrant, ended: readonly StoredPlay[] = []): Ruling => ({
  outcome,
  writes: ended.length === 0 ? [outcome.play] : [...ended, outcome.play],
});

/** Nobody knew its key, and its account has a stream to spare, or it asks for none. */
export const begins = (claim: PlayClaim, replaced: readonly string[] = NONE): PlayGrant =>
  claim.occasion === 'prefetch'
    ? runsOn(claim.play, 0)
    : takesStream(leased(claim.play, claim.leaseEndsAtMs), replaced);

/** It keeps what it has: a stream, or none. */
export const runsOn = (play: PlayRecord, leaseEndsAtMs: number): PlayGrant => ({
  verdict: 'granted',
  play: leased(play, leaseEndsAtMs),
  replaced: NONE,
});

const takesStream = (play: StoredPlay, replaced: readonly string[]): PlayGrant => ({
  verdict: 'granted',
  play,
  replaced,
  tookStream: true,
});

const NONE: readonly string[] = [];

/** Field by field: with fields after a spread each would be made in V8's slow way. */
function leased(play: PlayRecord, leaseEndsAtMs: number): StoredPlay {
  const { playId, accountId, idempotencyKey, titleId, device, createdAtMs, playerId } = play;
  if (playerId === undefined) return { playId, accountId, idempotencyKey, titleId, device, createdAtMs, leaseEndsAtMs };
  return { playId, accountId, idempotencyKey, titleId, device, createdAtMs, playerId, leaseEndsAtMs };
}

/** The first to free its stream first; of two, always the same. */
const byEnd = (a: StoredPlay, b: StoredPlay): number =>
  a.leaseEndsAtMs - b.leaseEndsAtMs || (a.playId < b.playId ? -1 : 1);

export const holdsStream = ({ leaseEndsAtMs, endedAtMs }: StoredPlay, nowMs: number): boolean =>
  endedAtMs === undefined && leaseEndsAtMs > nowMs;

/** A player plays one title at a time. The end of its last play may still be on its way when it asks for the next. */
const isOfSamePlayer = (other: PlayRecord, { playerId }: PlayRecord): boolean =>
  playerId !== undefined && other.playerId === playerId;

/** A retry repeats its request word for word. */
const isSameRequest = (kept: StoredPlay, { play }: PlayClaim): boolean =>
  kept.titleId === play.titleId &&
  (kept.device === play.device || JSON.stringify(kept.device) === JSON.stringify(play.device));
