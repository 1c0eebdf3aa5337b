import type { BackendClock } from '../ports.ts';
import type { Store } from './store.ts';

/** A process's own clock gains or loses some milliseconds in that time. */
const READ_EVERY_MS = 60_000;

/**
 * The wall clock of the store, which regions have in common: by it they judge how old a play is and how long it holds its
 * stream, whatever their own wall clocks say. Between two readings time passes by the clock that never goes backwards;
 * until the first one it is this region's own wall clock.
 */
export class StoreClock implements BackendClock {
  readonly #store: Pick<Store, 'wallMs'>;
  readonly #clock: BackendClock;
  readonly #onMoved: (byMs: number) => void;
  /** Of the clock that never goes backwards. */
  #aheadMs: number | undefined;
  #nextAtMs = Number.NEGATIVE_INFINITY;

  /** `onMoved` hears at the first reading by how much all that was stamped before it is to be moved. */
  constructor(store: Pick<Store, 'wallMs'>, clock: BackendClock, onMoved: (byMs: number) => void = () => {}) {
    this.#store = store;
    this.#clock = clock;
    this.#onMoved = onMoved;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  wallMs(): number {
    return this.#aheadMs === undefined ? this.#clock.wallMs() : this.#clock.nowMs() + this.#aheadMs;
  }

  /** Fails as the store does. */
  async read(): Promise<void> {
    const askedAtMs = this.nowMs();
    this.#nextAtMs = askedAtMs + READ_EVERY_MS;
    const storeMs = await this.#store.wallMs();
    const isFirst = this.#aheadMs === undefined;
    const beforeMs = this.wallMs();
    this.#aheadMs = storeMs - (askedAtMs + this.nowMs()) / 2;
    if (isFirst) this.#onMoved(this.wallMs() - beforeMs);
  }

  /** Reads it again now and then; whoever answers requests calls it. */
  beat(): void {
    if (this.nowMs() >= this.#nextAtMs) this.read().catch(() => undefined);
  }
}
