import { decideClaims, holdsStream } from './decide-claims.ts';
import type { LeaseBeat, PlayClaim, PlayOutcome, StoredPlay } from './play-claim.ts';

/**
 * Plays in memory: all there is of the store in memory, and what a region remembers of the store in the database.
 * Beyond `maxPlays` the one not heard of for longest is forgotten.
 */
export class PlayBook {
  readonly #maxPlays: number;
  readonly #byId = new Map<string, StoredPlay>();
  readonly #ofAccount = new Map<string, Set<string>>();

  constructor(maxPlays = Number.POSITIVE_INFINITY) {
    this.#maxPlays = maxPlays;
  }

  find(playId: string): StoredPlay | undefined {
    return this.#byId.get(playId);
  }

  claim(claims: readonly PlayClaim[], nowMs: number, expiredBeforeMs: number): readonly PlayOutcome[] {
    const accounts = new Set(claims.map(({ play }) => play.accountId));
    const known = [...accounts].flatMap((accountId) => this.#playsOf(accountId));
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
    this.#remove(play.playId);
    this.#byId.set(play.playId, play);
    const ofAccount = this.#ofAccount.get(play.accountId);
    if (ofAccount) ofAccount.add(play.playId);
    else this.#ofAccount.set(play.accountId, new Set([play.playId]));
    if (this.#byId.size <= this.#maxPlays) return;
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined) this.#remove(oldest);
  }

  /** By a clock that is so much ahead of the one they were stamped by. */
  move(byMs: number): void {
    for (const [playId, { endedAtMs, ...play }] of this.#byId) {
      const createdAtMs = play.createdAtMs + byMs;
      const leaseEndsAtMs = play.leaseEndsAtMs && play.leaseEndsAtMs + byMs;
      this.#byId.set(playId, {
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

  #playsOf(accountId: string): readonly StoredPlay[] {
    const playIds = this.#ofAccount.get(accountId) ?? [];
    return [...playIds].flatMap((playId) => this.#byId.get(playId) ?? []);
  }

  #remove(playId: string): void {
    const play = this.#byId.get(playId);
    if (!play) return;
    this.#byId.delete(playId);
    const ofAccount = this.#ofAccount.get(play.accountId);
    ofAccount?.delete(playId);
    if (ofAccount?.size === 0) this.#ofAccount.delete(play.accountId);
  }
}
