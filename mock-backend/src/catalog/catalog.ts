import type { CatalogTitle } from '@pressplay/protocol/messages';
import type { BackendClock, Log } from '../ports.ts';
import { type Store, type StoredTitle, TITLES_AT_ONCE } from '../store/store.ts';
import { CatalogEntry, EntryShelf } from './catalog-entry.ts';

const REFRESH_AFTER_MS = 1000;

/** The titles, in memory, followed from the store: a known title never waits for it. */
export class Catalog {
  readonly #store: Store;
  readonly #clock: BackendClock;
  readonly #log: Log;
  readonly #entries = new Map<string, CatalogEntry>();
  readonly #shelf = new EntryShelf();
  #revision = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(store: Store, clock: BackendClock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Takes titles of a snapshot. All of the store is read again once it is there: nobody knows what became of it. */
  async restore(titles: AsyncIterable<CatalogTitle>): Promise<void> {
    for await (const title of titles) this.#keep({ title, revision: 0 });
  }

  /** Reads what changed since the last time. Fails when the store does. */
  refresh(): Promise<void> {
    this.#asking ??= this.#read().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /**
   * A title by its id; one that this region does not know yet is looked for in the store, by a read that begins now: one
   * under way may be older than a title that another region has just published. However many ask, one read runs at a time.
   */
  async find(titleId: string): Promise<CatalogEntry | undefined> {
    const known = this.recall(titleId);
    if (known) return known;
    await this.#asking?.catch(() => undefined);
    if (!this.#entries.has(titleId)) await this.refresh();
    return this.#entries.get(titleId);
  }

  /** A title that this region knows: nobody waits for it. */
  recall(titleId: string): CatalogEntry | undefined {
    const known = this.#entries.get(titleId);
    if (known) this.#refreshBeside();
    return known;
  }

  /** All titles in the order of their publication, as of about now; as last known while the store fails. */
  async list(): Promise<readonly CatalogEntry[]> {
    if (this.#olderThan(REFRESH_AFTER_MS)) await this.refresh().catch((error) => this.#warn(error));
    return this.known();
  }

  known(): readonly CatalogEntry[] {
    return [...this.#entries.values()];
  }

  async put(title: CatalogTitle): Promise<void> {
    this.#keep(await this.#store.putTitle(title));
  }

  #refreshBeside(): void {
    if (this.#olderThan(REFRESH_AFTER_MS)) this.refresh().catch((error) => this.#warn(error));
  }

  async #read(): Promise<void> {
    this.#askedAtMs = this.#clock.nowMs();
    let changed: readonly StoredTitle[];
    do {
      changed = await this.#store.titlesSince(this.#revision);
      for (const stored of changed) {
        this.#keep(stored);
        this.#revision = Math.max(this.#revision, stored.revision);
      }
    } while (changed.length >= TITLES_AT_ONCE);
  }

  /** The followed revision moves only by reading: another region's change may lie below that of our own. */
  #keep({ title }: StoredTitle): void {
    const knownSinceMs = this.#entries.get(title.titleId)?.knownSinceMs ?? this.#clock.nowMs();
    this.#entries.set(title.titleId, new CatalogEntry(title, knownSinceMs, this.#shelf));
  }

  #olderThan(ageMs: number): boolean {
    return this.#clock.nowMs() - this.#askedAtMs > ageMs;
  }

  #warn(error: unknown): void {
    this.#log('warn', 'catalog as last known: the store does not answer', { error: String(error) });
  }
}
