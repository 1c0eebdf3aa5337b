import type { BackendClock, Log } from '../ports.ts';
import { type OcaStamps, type Store, type StoredOca, stampsOf } from '../store/store.ts';
import type { FleetState, Instant } from './fleet-state.ts';

export const SYNC_INTERVAL_MS = 2000;
const PAUSE_AFTER_FAILURE_MS = 5000;

/**
 * Keeps the fleet's state in the store, in batches: health at most every two seconds, routes and inventory only when
 * they changed. Reads back what operators drained, and of OCAs that are silent here, or never spoke here, what changed since it
 * was read: other regions may hear them. There is no timer: reports and plays give the beat.
 */
export class FleetSync {
  readonly #state: FleetState;
  readonly #store: Store;
  readonly #clock: BackendClock;
  readonly #log: Log;
  readonly #healthDeadlineMs: number;
  #unsaved = new Map<string, StoredOca>();
  /** What was read of each OCA last. */
  readonly #read = new Map<string, OcaStamps>();
  /** OCAs in the store when they were listed last; none is ever taken out. */
  #listedCount = 0;
  /** Of them, those whose health was heard neither here nor from the store. */
  #unheard: readonly string[] = [];
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(state: FleetState, store: Store, clock: BackendClock, log: Log, healthDeadlineMs: number) {
    this.#state = state;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#healthDeadlineMs = healthDeadlineMs;
  }

  /** Reads what the store knows. Fails when the store does. */
  async load(): Promise<void> {
    const [ocas] = await Promise.all([this.#store.loadOcas(), this.#readDrains()]);
    this.#merge(ocas);
  }

  /** Takes an OCA's report into memory at once; the store follows with the next batch. */
  report(oca: StoredOca): void {
    const news = this.#state.report(oca, this.#instant());
    const { ocaId } = oca;
    this.#unsaved.set(ocaId, {
      ...this.#unsaved.get(ocaId),
      ocaId,
      ...(news.health && oca.health && { health: oca.health }),
      ...(news.routes && oca.routes && { routes: oca.routes }),
      ...(news.inventory && oca.inventory && { inventory: oca.inventory }),
    });
    this.beat();
  }

  /** Saves and reads back when that is due, beside the request that gave the beat. */
  beat(): void {
    if (this.#running || this.#clock.nowMs() < this.#nextAtMs) return;
    void this.#round();
  }

  /** Saves what is not saved yet, now. */
  async flush(): Promise<void> {
    await this.#running;
    await this.#round();
  }

  #round(): Promise<void> {
    this.#nextAtMs = this.#clock.nowMs() + SYNC_INTERVAL_MS;
    this.#running = this.#saveAndReadBack()
      .catch((error) => {
        this.#nextAtMs = this.#clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
        this.#log('warn', 'fleet state not saved: the store does not answer', { error: String(error) });
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #saveAndReadBack(): Promise<void> {
    const batch = this.#unsaved;
    this.#unsaved = new Map();
    if (batch.size > 0)
      await this.#store
        .saveOcas([...batch.values()], this.#clock.wallMs())
        .catch((error) => this.#putBack(batch, error));
    await Promise.all([this.#readDrains(), this.#readSilent()]);
  }

  async #readSilent(): Promise<void> {
    await this.#listNew();
    const silent = this.#state.silentOcas(this.#clock.nowMs() - this.#healthDeadlineMs);
    const asked = [...silent, ...this.#unheard];
    if (asked.length === 0) return;
    this.#merge(await this.#store.changedOcas(asked.map((ocaId) => this.#read.get(ocaId) ?? { ocaId })));
    this.#unheard = this.#unheard.filter((ocaId) => !this.#state.knows(ocaId));
  }

  /** Their ids are read only when there are more than before. */
  async #listNew(): Promise<void> {
    const count = await this.#store.countOcas();
    if (count === this.#listedCount) return;
    this.#unheard = (await this.#store.listOcaIds()).filter((ocaId) => !this.#state.knows(ocaId));
    this.#listedCount = count;
  }

  #merge(ocas: readonly StoredOca[]): void {
    for (const oca of ocas) {
      this.#read.set(oca.ocaId, { ...this.#read.get(oca.ocaId), ...stampsOf(oca) });
      this.#state.merge(oca, this.#instant());
    }
  }

  async #readDrains(): Promise<void> {
    this.#state.setDrains(await this.#store.listDrains());
  }

  /** What was not saved waits for the next batch, behind what came in meanwhile. */
  #putBack(batch: ReadonlyMap<string, StoredOca>, error: unknown): never {
    for (const [ocaId, oca] of batch) this.#unsaved.set(ocaId, { ...oca, ...this.#unsaved.get(ocaId) });
    throw error;
  }

  #instant(): Instant {
    return { nowMs: this.#clock.nowMs(), wallMs: this.#clock.wallMs() };
  }
}
