/** A player with a full buffer asks once a segment; one that paused for longer begins anew. */
export const RECENT_PLAY_MS = 60_000;
/** So much later it is noted again: not with each of hundreds of requests. */
const NOTED_AGAIN_MS = 10_000;
const REMEMBERED = 50_000;

/** Which plays this OCA serves: those that it has sent media to of late. Bounded, the oldest are forgotten first. */
export class RecentPlays {
  readonly #limit: number;
  readonly #notedAtMs = new Map<string, number>();

  constructor(limit: number = REMEMBERED) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#notedAtMs.size;
  }

  has(playId: string, nowMs: number): boolean {
    const notedAtMs = this.#notedAtMs.get(playId);
    return notedAtMs !== undefined && nowMs - notedAtMs < RECENT_PLAY_MS;
  }

  /** False where it was noted a moment ago. */
  note(playId: string, nowMs: number): boolean {
    const notedAtMs = this.#notedAtMs.get(playId);
    if (notedAtMs !== undefined && nowMs - notedAtMs < NOTED_AGAIN_MS) return false;
    // At its end again: the map's order is the age.
    this.#notedAtMs.delete(playId);
    this.#notedAtMs.set(playId, nowMs);
    for (const [oldest, atMs] of this.#notedAtMs) {
      if (nowMs - atMs < RECENT_PLAY_MS && this.#notedAtMs.size <= this.#limit) break;
      this.#notedAtMs.delete(oldest);
    }
    return true;
  }
}
