import type { SteeringDecision } from '@pressplay/protocol/messages';
import { basisBehind, hash32 } from '../fleet/rendezvous.ts';
import type { BackendClock, Log } from '../ports.ts';
import type { Store } from '../store/store.ts';

export interface DecisionLogOptions {
  /** Of all plays, 0 to 1: chosen by the play's id, so that a play is logged from its start to its last renewal. */
  readonly share: number;
}

/** A decision as it waits. Spelt out when it is handed over, beside the plays: that costs as much as the decision. */
export interface NotedDecision {
  readonly playId: string;
  spellOut(): SteeringDecision;
}

/** Another hash of a play than the one that spreads plays over OCAs. */
const LOGGED = basisBehind('log|');
const FLUSH_AFTER_MS = 1000;
const FLUSH_AT = 200;
/** While the store fails, so many wait; then the oldest go. */
const KEPT_AT_MOST = 5000;
const PAUSE_AFTER_FAILURE_MS = 5000;

/** Keeps steering decisions: in memory at once, in the store with the next batch. No play waits for it. */
export class DecisionLog {
  readonly #store: Store;
  readonly #clock: BackendClock;
  readonly #log: Log;
  readonly #share: number;
  #waiting: NotedDecision[] = [];
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #lost = 0;

  constructor(store: Store, clock: BackendClock, log: Log, { share }: DecisionLogOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#share = share;
  }

  /** Whether decisions of this play are to be noted. */
  logs(playId: string): boolean {
    return this.#share >= 1 || hash32(playId, LOGGED) < this.#share * 2 ** 32;
  }

  /** What the store does not have yet, and what went for want of room while it failed. */
  get counts(): { readonly waiting: number; readonly lost: number } {
    return { waiting: this.#waiting.length, lost: this.#lost };
  }

  note(decision: NotedDecision): void {
    if (this.#waiting.length >= KEPT_AT_MOST) {
      this.#waiting.shift();
      this.#lost++;
    }
    this.#waiting.push(decision);
    this.beat();
  }

  /** Hands over to the store when that is due, beside the request that gave the beat. */
  beat(): void {
    if (this.#waiting.length === 0 || this.#running) return;
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#nextAtMs || (this.#waiting.length >= FLUSH_AT && this.#lost === 0)) void this.#round();
  }

  async flush(): Promise<void> {
    await this.#running;
    await this.#round();
  }

  /** All logged decisions of a play, the oldest first. */
  async find(playId: string): Promise<readonly SteeringDecision[]> {
    await this.flush();
    const stored = await this.#store.findDecisions(playId);
    const waiting = this.#waiting.filter((noted) => noted.playId === playId);
    return [...stored, ...waiting.map((noted) => noted.spellOut())];
  }

  /** The newest so many decisions since a moment, the oldest first. */
  async latest(sinceMs: number, limit: number): Promise<readonly SteeringDecision[]> {
    await this.flush();
    return this.#store.latestDecisions(sinceMs, limit);
  }

  #round(): Promise<void> {
    this.#nextAtMs = this.#clock.nowMs() + FLUSH_AFTER_MS;
    this.#running = this.#handOver().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #handOver(): Promise<void> {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      await this.#store.appendDecisions(batch.map((noted) => noted.spellOut()));
      if (this.#lost > 0)
        this.#log('warn', 'steering decisions were lost while the store failed', { lost: this.#lost });
      this.#lost = 0;
    } catch (error) {
      const all = [...batch, ...this.#waiting];
      this.#lost += Math.max(0, all.length - KEPT_AT_MOST);
      this.#waiting = all.slice(-KEPT_AT_MOST);
      this.#nextAtMs = this.#clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
      this.#log('warn', 'steering decisions wait: the store does not answer', { error: String(error) });
    }
  }
}
