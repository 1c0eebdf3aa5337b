import { decideClaims, holdsStream } from './decide-claims.ts';
import type { LeaseBeat, PlayClaim, PlayOutcome, StoredPlay } from './play-claim.ts';

/**
 * Plays in memory: all there is of the store in memory, and what a region remembers of the store in the database.
 * Beyond `maxPlays` the one not heard of for longest is forgotten.
 */
export class PlayBook {
  readonly #maxPlays: number;
  readonly #byId = new Map<string, StoredPlay>();
  /** Where the search for the oldest was left: begun anew each time it walks over all that was taken out of the map. */
  #oldestFirst: Iterator<string, undefined> | undefined;
  /** How many moved to the end since; a search left for long keeps what the map was meanwhile. */
  #movedSince = 0;
  /** Few of each. Only while claims are decided here: a region that asks a database for each needs it in an outage alone. */
  #ofAccount: Map<string, StoredPlay[]> | undefined;
  #keptSinceClaim = 0;

  constructor(maxPlays = Number.POSITIVE_INFINITY) {
    this.#maxPlays = maxPlays;
  }

  find(playId: string): StoredPlay | undefined {
    return this.#byId.get(playId);
  }

  claim(claims: readonly PlayClaim[], nowMs: number, expiredBeforeMs: number): readonly PlayOutcome[] {
    const plays = this.#byAccount();
    const known: StoredPlay[] = [];
    // Of an account that comes twice a play may be named twice.
    for (const { play: asked } of claims)
      for (const play of plays.get(asked.accountId) ?? NONE)
        if (play.idempotencyKey === asked.idempotencyKey || holdsStream(play, nowMs)) known.push(play);
    const { outcomes, changed } = decideClaims(claims, known, nowMs, expiredBeforeMs);
    for (const play of changed) this.keep(play);
    return outcomes;
  }

  beat(beats: readonly LeaseBeat[], nowMs: number): void {
    for (const { playId, leaseEndsAtMs, ifEndsAtMs } of beats) {
      const play = this.#byId.get(playId);
      if (!play || !holdsStream(play, nowMs)) continue;
      if ((ifEndsAtMs ?? play.leaseEndsAtMs) === play.leaseEndsAtMs) this.keep({ ...play, leaseEndsAtMs });
    }
  }

  end(playIds: readonly string[], nowMs: number): void {
    for (const playId of playIds) {
      const play = this.#byId.get(playId);
      if (play && play.endedAtMs === undefined) this.keep({ ...play, leaseEndsAtMs: 0, endedAtMs: nowMs });
    }
  }

  /** In the place of what was known of the play. */
  keep(play: StoredPlay): void {
    const { playId } = play;
    const before = this.#byId.get(playId);
    if (before) this.#takeOut(playId);
    this.#byId.set(playId, play);
    if (++this.#keptSinceClaim > this.#maxPlays) this.#ofAccount = undefined;
    if (this.#ofAccount) noteOfAccount(this.#ofAccount, play, before);
    if (this.#byId.size <= this.#maxPlays) return;
    const oldest = this.#nextOldest();
    if (oldest !== undefined) this.#remove(oldest);
  }

  /** By a clock that is so much ahead of the one they were stamped by. */
  move(byMs: number): void {
    for (const { endedAtMs, ...play } of [...this.#byId.values()]) {
      const createdAtMs = play.createdAtMs + byMs;
      const leaseEndsAtMs = play.leaseEndsAtMs && play.leaseEndsAtMs + byMs;
      this.keep({
        ...play,
        createdAtMs,
        leaseEndsAtMs,
        ...(endedAtMs !== undefined && { endedAtMs: endedAtMs + byMs }),
      });
    }
  }

  streamsHeld(nowMs: number): number {
    let held = 0;
    for (const play of this.#byId.values()) if (holdsStream(play, nowMs)) held += 1;
    return held;
  }

  forget(beforeMs: number): number {
    const old = [...this.#byId.values()].filter(({ createdAtMs }) => createdAtMs < beforeMs);
    for (const { playId } of old) this.#remove(playId);
    return old.length;
  }

  #byAccount(): ReadonlyMap<string, readonly StoredPlay[]> {
    this.#keptSinceClaim = 0;
    if (this.#ofAccount) return this.#ofAccount;
    const accounts = new Map<string, StoredPlay[]>();
    for (const play of this.#byId.values()) noteOfAccount(accounts, play, undefined);
    this.#ofAccount = accounts;
    return accounts;
  }

  #nextOldest(): string | undefined {
    this.#oldestFirst ??= this.#byId.keys();
    this.#movedSince = 0;
    return this.#oldestFirst.next().value;
  }

  #takeOut(playId: string): void {
    this.#byId.delete(playId);
    if (++this.#movedSince > this.#maxPlays) this.#oldestFirst = undefined;
  }

  #remove(playId: string): void {
    const play = this.#byId.get(playId);
    if (!play) return;
    this.#byId.delete(playId);
    const plays = this.#ofAccount?.get(play.accountId);
    if (!plays) return;
    if (plays.length === 1) this.#ofAccount?.delete(play.accountId);
    else plays.splice(plays.indexOf(play), 1);
  }
}

const NONE: readonly StoredPlay[] = [];

/** In the place of `before`. */
function noteOfAccount(accounts: Map<string, StoredPlay[]>, play: StoredPlay, before: StoredPlay | undefined): void {
  const plays = accounts.get(play.accountId);
  const at = before && plays ? plays.indexOf(before) : -1;
  if (!plays) accounts.set(play.accountId, [play]);
  else if (at < 0) plays.push(play);
  else plays[at] = play;
}
