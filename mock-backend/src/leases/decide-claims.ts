import type { PlayClaim, PlayOutcome, StoredPlay } from './play-claim.ts';

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
    const kept = plays.get(claim.play.idempotencyKey);
    const alive = kept && kept.createdAtMs >= expiredBeforeMs ? kept : undefined;
    const { outcome, writes } = decideClaim(claim, alive, [...plays.values()], nowMs);
    for (const play of writes) {
      plays.set(play.idempotencyKey, play);
      changed.set(`${play.accountId}\n${play.idempotencyKey}`, play);
    }
    return outcome;
  });
  return { outcomes, changed: [...changed.values()] };
}

/** `plays`: of the claim's account. */
function decideClaim(
  claim: PlayClaim,
  kept: StoredPlay | undefined,
  plays: readonly StoredPlay[],
  nowMs: number,
): Ruling {
  const play: StoredPlay = kept ?? { ...claim.play, leaseEndsAtMs: 0 };
  if (kept && !isSameRequest(kept, claim)) return { outcome: { verdict: 'other-request', play }, writes: [] };
  if (play.endedAtMs !== undefined) return { outcome: { verdict: 'ended', play }, writes: [] };
  if (claim.occasion === 'prefetch') return granted(play, [], kept ? [] : [play]);
  // Asked for again, it ends at another time: whoever asked first does not give this lease back.
  const leaseEndsAtMs = Math.max(play.leaseEndsAtMs + (kept ? 1 : 0), claim.leaseEndsAtMs);
  const leased = { ...play, leaseEndsAtMs };
  if (holdsStream(play, nowMs)) return granted(leased, [], [leased]);
  const streaming = plays
    .filter((other) => other.idempotencyKey !== play.idempotencyKey && holdsStream(other, nowMs))
    .sort(byEnd);
  const replaced = claim.occasion === 'start' ? streaming.filter((other) => isOfSamePlayer(other, play)) : [];
  const holders = streaming.filter((other) => !replaced.includes(other));
  if (claim.occasion !== 'restore' && holders.length >= (claim.maxStreams ?? Number.POSITIVE_INFINITY))
    return { outcome: { verdict: 'stream-limit', play, holders }, writes: [] };
  const ended = replaced.map((other) => ({ ...other, leaseEndsAtMs: 0, endedAtMs: nowMs }));
  return granted(leased, ended, [...ended, leased], { tookStream: true });
}

const granted = (
  play: StoredPlay,
  ended: readonly StoredPlay[],
  writes: readonly StoredPlay[],
  more: { readonly tookStream?: true } = {},
): Ruling => ({
  outcome: { verdict: 'granted', play, replaced: ended.map(({ playId }) => playId), ...more },
  writes,
});

/** The first to free its stream first; of two, always the same. */
const byEnd = (a: StoredPlay, b: StoredPlay): number =>
  a.leaseEndsAtMs - b.leaseEndsAtMs || (a.playId < b.playId ? -1 : 1);

export const holdsStream = ({ leaseEndsAtMs, endedAtMs }: StoredPlay, nowMs: number): boolean =>
  endedAtMs === undefined && leaseEndsAtMs > nowMs;

/** A player plays one title at a time. The end of its last play may still be on its way when it asks for the next. */
const isOfSamePlayer = (other: StoredPlay, { playerId }: StoredPlay): boolean =>
  playerId !== undefined && other.playerId === playerId;

/** A retry repeats its request word for word. */
const isSameRequest = (kept: StoredPlay, { play }: PlayClaim): boolean =>
  kept.titleId === play.titleId &&
  (kept.device === play.device || JSON.stringify(kept.device) === JSON.stringify(play.device));
