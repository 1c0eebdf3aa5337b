import type { BackendClock, Log } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { Batcher } from './batcher.ts';
import { PlayBook } from './play-book.ts';
import type { LeaseBeat, PlayClaim, PlayOutcome, StoredPlay } from './play-claim.ts';

/** By the store's clock: a play can be renewed and its key stays taken for so long. */
export const PLAY_LIFETIME_MS = 24 * 3600 * 1000;
const REMEMBERED_PLAYS = 50_000;
const PAUSE_AFTER_FAILURE_MS = 1000;
const BEAT_INTERVAL_MS = 1000;
const RESTORED_AT_ONCE = 200;

export interface PlayCounts {
  /** Plays that were granted from memory because the store did not answer. */
  grantedWithoutStore: number;
  /** Of them, and of ends and beats, what the store does not have yet. */
  unsaved: number;
}

/**
 * The plays of all regions, as the store keeps them. Claims wait for it, many at a time, so that two regions never give
 * away the same stream. While it fails this region decides by what it remembers: its own plays and those it has heard
 * of. What it granted then is handed over when the store is back, and counts even where it is one too many.
 */
export class SharedPlays {
  readonly #store: Store;
  readonly #clock: BackendClock;
  readonly #log: Log;
  readonly #book = new PlayBook(REMEMBERED_PLAYS);
  readonly #claims: Batcher<PlayClaim, PlayOutcome>;
  readonly #ends = new Batcher((playIds: readonly string[]) => this.#endInStore(playIds));
  readonly #unsaved = new Map<string, PlayClaim>();
  readonly #unsavedEnds = new Set<string>();
  readonly #beats = new Map<string, LeaseBeat>();
  #storePausedUntilMs = Number.NEGATIVE_INFINITY;
  #nextBeatAtMs = Number.NEGATIVE_INFINITY;
  #grantedWithoutStore = 0;

  /** `clock`: its wall clock is the store's, so that every region finds a play as old as the others do. */
  constructor(store: Store, clock: BackendClock, log: Log, gather?: () => Promise<void>) {
    this.#claims = new Batcher((claims) => this.#claimInStore(claims), gather);
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  get counts(): PlayCounts {
    const unsaved = this.#unsaved.size + this.#unsavedEnds.size + this.#beats.size;
    return { grantedWithoutStore: this.#grantedWithoutStore, unsaved };
  }

  /** Plays that hold a stream, as far as this region heard of them. */
  streamsHeld(): number {
    return this.#book.streamsHeld(this.#clock.wallMs());
  }

  async claim(claim: PlayClaim): Promise<PlayOutcome> {
    if (!this.#isPaused()) {
      try {
        const outcome = await this.#claims.add(claim);
        this.#learn(outcome);
        return outcome;
      } catch (error) {
        this.#pause(error);
      }
    }
    return this.#claimInMemory(claim);
  }

  /** As last heard. Its lease may have changed in another region. */
  recall(playId: string): StoredPlay | undefined {
    const play = this.#book.find(playId);
    return play && this.#isAlive(play) ? play : undefined;
  }

  /** As the store has it now: another region may have been told of its end. As last heard where the store does not answer. */
  async look(playId: string): Promise<StoredPlay | undefined> {
    const known = this.recall(playId);
    if (known?.endedAtMs !== undefined || this.#isPaused()) return known;
    try {
      const play = await this.#store.findPlay(playId);
      if (play && (!known || play.endedAtMs !== undefined)) this.#book.keep(play);
    } catch (error) {
      this.#pause(error);
    }
    return this.find(playId);
  }

  /** Fails where only the store could know and does not answer. */
  async find(playId: string): Promise<StoredPlay | undefined> {
    const known = this.recall(playId);
    if (known) return known;
    const play = await this.#store.findPlay(playId);
    if (play) this.#book.keep(play);
    return play && this.#isAlive(play) ? play : undefined;
  }

  /** The play holds its stream until then: written with the next batch, and not each time. */
  hear(playId: string, leaseMs: number): void {
    const nowMs = this.#clock.wallMs();
    const known = this.#book.find(playId);
    if (known?.endedAtMs !== undefined) return;
    const leftMs = (known?.leaseEndsAtMs ?? 0) - nowMs;
    if (leftMs >= leaseMs / 2 && leftMs <= leaseMs) return;
    const beat = { playId, leaseEndsAtMs: nowMs + leaseMs };
    this.#book.beat([beat], nowMs);
    if (this.#beats.size < REMEMBERED_PLAYS) this.#beats.set(playId, beat);
  }

  /** Nobody heard that this play began: its stream is free, unless it was asked for again. */
  giveBack(play: StoredPlay): void {
    this.#shorten(play, 0);
  }

  /** Perhaps nobody did: it holds its stream for so long, unless it is heard of or asked for again. */
  doubt(play: StoredPlay, leaseMs: number): void {
    this.#shorten(play, leaseMs);
  }

  #shorten({ playId, leaseEndsAtMs: ifEndsAtMs }: StoredPlay, leaseMs: number): void {
    const nowMs = this.#clock.wallMs();
    const leaseEndsAtMs = nowMs + leaseMs;
    // Whoever was heard of since then holds another lease, of which the store may not know yet.
    if (leaseEndsAtMs >= ifEndsAtMs || (this.#book.find(playId)?.leaseEndsAtMs ?? ifEndsAtMs) !== ifEndsAtMs) return;
    const beat = { playId, leaseEndsAtMs, ifEndsAtMs };
    this.#book.beat([beat], nowMs);
    const unsaved = this.#unsaved.get(playId);
    if (unsaved?.leaseEndsAtMs !== ifEndsAtMs) this.#beats.set(playId, beat);
    else if (leaseMs > 0) this.#unsaved.set(playId, { ...unsaved, leaseEndsAtMs });
    else this.#unsaved.delete(playId);
  }

  /** What was stamped before the store's clock was known, by the region's own, lies that much later. */
  move(byMs: number): void {
    this.#book.move(byMs);
    for (const [playId, claim] of this.#unsaved) {
      const { play, leaseEndsAtMs } = claim;
      const moved = { ...play, createdAtMs: play.createdAtMs + byMs };
      this.#unsaved.set(playId, { ...claim, play: moved, leaseEndsAtMs: leaseEndsAtMs && leaseEndsAtMs + byMs });
    }
    for (const [playId, beat] of this.#beats)
      this.#beats.set(playId, { ...beat, leaseEndsAtMs: beat.leaseEndsAtMs + byMs });
  }

  /** Gives its stream back. Where the store fails it hears of it later. */
  async end(playId: string): Promise<void> {
    this.#book.end([playId], this.#clock.wallMs());
    this.#beats.delete(playId);
    if (this.#isPaused()) this.#unsavedEnds.add(playId);
    else await this.#ends.add(playId).catch((error) => this.#pause(error));
  }

  /** Hands over what waits, now and then; whoever answers requests calls it. */
  beat(): void {
    const nowMs = this.#clock.nowMs();
    if (this.counts.unsaved === 0 || nowMs < this.#nextBeatAtMs || this.#isPaused()) return;
    this.#nextBeatAtMs = nowMs + BEAT_INTERVAL_MS;
    this.flush().catch((error) => this.#pause(error));
  }

  /** Hands over to the store what it missed while it failed, and who was heard of. */
  async flush(): Promise<void> {
    await this.#restore();
    const ends = [...this.#unsavedEnds];
    if (ends.length > 0) await this.#store.endPlays(ends, this.#clock.wallMs());
    for (const playId of ends) this.#unsavedEnds.delete(playId);
    const beats = [...this.#beats.values()];
    if (beats.length > 0) await this.#store.beatLeases(beats, this.#clock.wallMs());
    for (const beat of beats) if (this.#beats.get(beat.playId) === beat) this.#beats.delete(beat.playId);
  }

  async #claimInStore(claims: readonly PlayClaim[]): Promise<readonly PlayOutcome[]> {
    await this.#restore();
    return this.#store.claimPlays(claims, this.#clock.wallMs(), this.#expiredBeforeMs());
  }

  async #endInStore(playIds: readonly string[]): Promise<readonly undefined[]> {
    for (const playId of playIds) this.#unsavedEnds.add(playId);
    await this.#restore();
    await this.#store.endPlays(playIds, this.#clock.wallMs());
    for (const playId of playIds) this.#unsavedEnds.delete(playId);
    return playIds.map(() => undefined);
  }

  async #restore(): Promise<void> {
    while (this.#unsaved.size > 0) {
      const claims = [...this.#unsaved.values()].slice(0, RESTORED_AT_ONCE);
      await this.#store.claimPlays(claims, this.#clock.wallMs(), this.#expiredBeforeMs());
      for (const claim of claims)
        if (this.#unsaved.get(claim.play.playId) === claim) this.#unsaved.delete(claim.play.playId);
      this.#log('info', 'plays granted without the store were handed over to it', { plays: claims.length });
    }
  }

  #claimInMemory(claim: PlayClaim): PlayOutcome {
    const [outcome] = this.#book.claim([claim], this.#clock.wallMs(), this.#expiredBeforeMs());
    if (!outcome) throw new Error('A claim was left without an outcome.');
    if (outcome.verdict !== 'granted') return outcome;
    const { play } = outcome;
    for (const playId of outcome.replaced) this.#unsavedEnds.add(playId);
    const occasion = claim.occasion === 'prefetch' ? 'prefetch' : 'restore';
    if (this.#unsaved.size < REMEMBERED_PLAYS)
      this.#unsaved.set(play.playId, { play, occasion, leaseEndsAtMs: play.leaseEndsAtMs });
    this.#grantedWithoutStore += 1;
    return outcome;
  }

  #learn(outcome: PlayOutcome): void {
    if (outcome.verdict === 'stream-limit') for (const holder of outcome.holders) this.#book.keep(holder);
    else this.#book.keep(outcome.play);
    if (outcome.verdict === 'granted') this.#book.end(outcome.replaced, this.#clock.wallMs());
  }

  #pause(error: unknown): void {
    if (this.#isPaused()) return;
    this.#storePausedUntilMs = this.#clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
    this.#log('warn', 'plays start and are counted from memory: the store does not answer', {
      error: String(error),
      ...this.counts,
    });
  }

  #isPaused(): boolean {
    return this.#clock.nowMs() < this.#storePausedUntilMs;
  }

  #isAlive(play: StoredPlay): boolean {
    return play.createdAtMs >= this.#expiredBeforeMs();
  }

  #expiredBeforeMs(): number {
    return this.#clock.wallMs() - PLAY_LIFETIME_MS;
  }
}
