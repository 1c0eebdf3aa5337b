import { MemoryStore, type Store, type StoredImport, type StoredOca, type StoredTitle } from '@pressplay/mock-backend';
import type { Route } from '@pressplay/protocol/messages';
import { filmOf, ocasOf, routesOf } from './made-fleet.ts';
import type { Sizes } from './sizes.ts';

const FILMS_AT_ONCE = 100;

export type Leases = 'memory' | 'postgres';

/**
 * Catalog, fleet and routes are made up as they are read: writing gigabytes into the database first would measure
 * nothing. Plays, their leases and the decisions go to PostgreSQL, or into memory.
 */
export class MadeStore extends MemoryStore {
  readonly #sizes: Sizes;
  readonly #postgres: Store;
  #leases: Leases = 'postgres';
  #generation = 0;
  /** How often a region read routes anew after they had changed. */
  changesRead = 0;

  constructor(sizes: Sizes, postgres: Store) {
    super();
    this.#sizes = sizes;
    this.#postgres = postgres;
  }

  keepLeasesIn(leases: Leases): void {
    this.#leases = leases;
  }

  /** The routes of one site change: a region that looks for imports builds the table of all anew. */
  changeRoutes(): void {
    this.#generation++;
  }

  override async titlesSince(revision: number): Promise<readonly StoredTitle[]> {
    const left = Math.max(0, Math.min(FILMS_AT_ONCE, this.#sizes.films - revision));
    return Array.from({ length: left }, (_, at) => ({
      title: filmOf(revision + at, this.#sizes),
      revision: revision + at + 1,
    }));
  }

  override async loadOcas(): Promise<readonly StoredOca[]> {
    return ocasOf(this.#sizes, Date.now());
  }

  override async listImports(): Promise<readonly StoredImport[]> {
    return Array.from({ length: this.#sizes.sites }, (_, at) => ({
      siteId: `site-${at}`,
      importId: `${at === 0 ? this.#generation : 0}`,
      parts: 1,
    }));
  }

  override async loadImportPart(siteId: string, importId: string): Promise<readonly Route[] | undefined> {
    if (importId !== '0') this.changesRead++;
    return routesOf(Number(siteId.slice('site-'.length)), this.#sizes, Number(importId));
  }

  override claimPlays(...given: Parameters<Store['claimPlays']>): ReturnType<Store['claimPlays']> {
    return this.#leases === 'postgres' ? this.#postgres.claimPlays(...given) : super.claimPlays(...given);
  }

  override async appendDecisions(...given: Parameters<Store['appendDecisions']>): Promise<void> {
    if (this.#leases === 'postgres') await this.#postgres.appendDecisions(...given);
  }
}
