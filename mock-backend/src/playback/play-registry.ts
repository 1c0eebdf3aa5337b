import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import type { BackendClock, Log } from '../ports.ts';
import type { PlayRecord, Store } from '../store/store.ts';

/** A play can be renewed and its key stays taken for so long. */
export const PLAY_LIFETIME_MS = 24 * 3600 * 1000;
const REMEMBERED_PLAYS = 10_000;
const PAUSE_AFTER_FAILURE_MS = 1000;

/**
 * Which play a request belongs to. The play id follows from account and key, so that every region arrives at the same
 * one; the store makes a second use of the key for something else visible everywhere. While the store fails, plays
 * still start: what degrades is that such a conflict is seen only in the region that knows the play, and that only
 * this region can renew it until the store has it.
 */
export class PlayRegistry {
  readonly #store: Store;
  readonly #clock: BackendClock;
  readonly #log: Log;
  readonly #playIdOf: (accountId: string, idempotencyKey: string) => string;
  readonly #recent = new Map<string, PlayRecord>();
  readonly #unsaved = new Map<string, PlayRecord>();
  #storePausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(store: Store, clock: BackendClock, log: Log, hmac: HmacSha256Hex, key: string) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#playIdOf = (accountId, idempotencyKey) =>
      hmac(key, `play:${JSON.stringify([accountId, idempotencyKey])}`).slice(0, 32);
  }

  /** Starts the play, or finds the one that the same key started. Another title or device under that key is refused. */
  async claim(request: Omit<PlayRecord, 'playId' | 'createdAtMs'>): Promise<PlayRecord> {
    const playId = this.#playIdOf(request.accountId, request.idempotencyKey);
    const known = this.#recall(playId);
    const kept = known ?? (await this.#keep({ ...request, playId, createdAtMs: this.#clock.wallMs() }));
    if (kept.titleId !== request.titleId || JSON.stringify(kept.device) !== JSON.stringify(request.device)) {
      throw new ApiError(
        'play/idempotency-conflict',
        `The idempotency key already started a play of "${kept.titleId}" with another request: use a new key.`,
        { titleId: request.titleId, startedTitleId: kept.titleId, playId },
      );
    }
    return kept;
  }

  /** A running play of this account. */
  async find(playId: string, accountId: string): Promise<PlayRecord> {
    const play = this.#recall(playId) ?? (await this.#read(playId));
    if (!play || play.accountId !== accountId || !this.#isAlive(play)) {
      throw new ApiError('play/unknown', `There is no running play "${playId}": start a new one.`, { playId });
    }
    return play;
  }

  /** Hands over to the store what it missed while it failed. */
  async flush(): Promise<void> {
    for (const [playId, play] of this.#unsaved) {
      await this.#store.claimPlay(play, this.#expiredBeforeMs());
      this.#unsaved.delete(playId);
    }
  }

  async #keep(play: PlayRecord): Promise<PlayRecord> {
    const kept = await this.#claimInStore(play);
    this.#remember(kept);
    return kept;
  }

  async #claimInStore(play: PlayRecord): Promise<PlayRecord> {
    if (this.#clock.nowMs() >= this.#storePausedUntilMs) {
      try {
        if (this.#unsaved.size > 0) await this.flush();
        return await this.#store.claimPlay(play, this.#expiredBeforeMs());
      } catch (error) {
        this.#storePausedUntilMs = this.#clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
        this.#log('warn', 'plays start without the store: it does not answer', { error: String(error) });
      }
    }
    if (this.#unsaved.size < REMEMBERED_PLAYS) this.#unsaved.set(play.playId, play);
    return play;
  }

  async #read(playId: string): Promise<PlayRecord | undefined> {
    const play = await this.#store.findPlay(playId).catch((error) => {
      throw new ApiError(
        'store/unavailable',
        'This play started in another region and cannot be looked up now: try again, or ask the region that started it.',
        { playId },
        { cause: error },
      );
    });
    if (play) this.#remember(play);
    return play;
  }

  #recall(playId: string): PlayRecord | undefined {
    const play = this.#recent.get(playId);
    return play && this.#isAlive(play) ? play : undefined;
  }

  #remember(play: PlayRecord): void {
    this.#recent.delete(play.playId);
    this.#recent.set(play.playId, play);
    if (this.#recent.size <= REMEMBERED_PLAYS) return;
    for (const [oldest] of this.#recent) {
      this.#recent.delete(oldest);
      return;
    }
  }

  #isAlive(play: PlayRecord): boolean {
    return play.createdAtMs >= this.#expiredBeforeMs();
  }

  #expiredBeforeMs(): number {
    return this.#clock.wallMs() - PLAY_LIFETIME_MS;
  }
}
