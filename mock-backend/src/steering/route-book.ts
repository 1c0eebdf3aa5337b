import type { Route, SiteInfo } from '@pressplay/protocol/messages';
import { type AnnouncedRoutes, announcementsOf, digestOf, type FeedRoutes } from './announced-routes.ts';
import { noteLoad, noteState, type OcaGroup } from './oca-group.ts';
import { packRoutes } from './packed-announcements.ts';
import { buildPrefixTable, type PrefixTable } from './prefix-table.ts';
import { type Routing, routingOf } from './routing.ts';
import { type Announcer, type BookFeed, SiteBook } from './site-book.ts';

/** Builds a table elsewhere: in a worker. */
export type TableBuilder = (feeds: readonly FeedRoutes[]) => Promise<PrefixTable>;

/** Building so many announcements takes a few milliseconds: not worth another thread. */
const INLINE_UP_TO = 20_000;

/**
 * Turns what is announced into tables. A change is noted at once and takes effect at the next question; only the sites
 * it concerns are looked at again. A large table is built elsewhere while the old one goes on answering, and both parts,
 * table and feeds, are replaced in one step.
 */
export class RouteBook<O extends Announcer> {
  readonly #build: TableBuilder | undefined;
  readonly #onFailure: (error: unknown) => void;
  readonly #nowMs: () => number;
  readonly #sites = new Map<string, SiteBook<O>>();
  readonly #stale = new Set<SiteBook<O>>();
  #known = new Map<string, AnnouncedRoutes>();
  #routing: Routing<O>;
  #building: Promise<void> | undefined;
  /** How long the last table took to build. */
  buildMs = 0;

  constructor(build?: TableBuilder, onFailure: (error: unknown) => void = () => {}, nowMs: () => number = () => 0) {
    this.#nowMs = nowMs;
    this.#build = build;
    this.#onFailure = onFailure;
    this.#routing = routingOf<O>(0, buildPrefixTable(announcementsOf([])), []);
  }

  /** Packs routes; equal ones, as all OCAs of a site report, are kept once. */
  take(routes: readonly Route[]): AnnouncedRoutes {
    const digest = digestOf(routes);
    const announced = this.#known.get(digest) ?? { digest, count: routes.length, parts: [packRoutes(routes)] };
    this.#known.set(digest, announced);
    return announced;
  }

  /** An operator's routes count for all OCAs of the site, beside their own. None at all ends that. */
  import(siteId: string, routes: AnnouncedRoutes): void {
    const site = this.#siteOf(siteId);
    site.imported = routes.count === 0 ? undefined : routes;
    this.#stale.add(site);
  }

  /** An OCA came to its site, from another or from none. */
  place(oca: O, before: SiteInfo | undefined): void {
    if (before) {
      const left = this.#siteOf(before.siteId);
      left.ocas.delete(oca);
      this.#stale.add(left);
    }
    if (!oca.site) return;
    const site = this.#siteOf(oca.site.siteId);
    site.ocas.add(oca);
    this.#stale.add(site);
  }

  /** An OCA announces other routes than before. */
  noteRoutes({ site }: O): void {
    if (site) this.#stale.add(this.#siteOf(site.siteId));
  }

  /** An OCA says something new of itself, but for its routes and its site. */
  noteState(oca: O): void {
    this.#note(oca, noteState);
  }

  /** The same where nothing but its load is new: each play changes one. */
  noteLoad(oca: O): void {
    this.#note(oca, noteLoad);
  }

  #note(oca: O, note: (group: OcaGroup<O>, oca: O) => void): void {
    const site = oca.site && this.#sites.get(oca.site.siteId);
    if (!site) return;
    for (const { group } of site.feeds) note(group, oca);
    if (site.served !== site.feeds) for (const { group } of site.served) note(group, oca);
  }

  current(): Routing<O> {
    if (this.#stale.size > 0 && !this.#building) this.#refresh();
    return this.#routing;
  }

  /** Resolves once everything noted so far is in the table. */
  async settled(): Promise<void> {
    for (this.current(); this.#building; this.current()) await this.#building;
  }

  #siteOf(siteId: string): SiteBook<O> {
    const site = this.#sites.get(siteId) ?? new SiteBook<O>(siteId);
    this.#sites.set(siteId, site);
    return site;
  }

  #refresh(): void {
    const changed = [...this.#stale];
    this.#stale.clear();
    let announcesOther = false;
    for (const site of changed) announcesOther = site.regroup() || announcesOther;
    const feeds = this.#feeds();
    if (announcesOther) this.#renew(changed, feeds);
    else this.#serve(changed, routingOf(this.#routing.version, this.#routing.table, feeds));
  }

  #renew(changed: readonly SiteBook<O>[], feeds: readonly BookFeed<O>[]): void {
    this.#known = new Map(feeds.map(({ routes }) => [routes.digest, routes]));
    const startedMs = this.#nowMs();
    const swap = (table: PrefixTable): void => {
      this.buildMs = this.#nowMs() - startedMs;
      this.#serve(changed, routingOf(this.#routing.version + 1, table, feeds));
    };
    const count = feeds.reduce((sum, { routes }) => sum + routes.count, 0);
    if (!this.#build || count <= INLINE_UP_TO) {
      swap(buildPrefixTable(announcementsOf(feeds)));
      return;
    }
    this.#building = this.#build(feeds)
      .then(swap, (error) => {
        this.#onFailure(error);
        swap(buildPrefixTable(announcementsOf(feeds)));
      })
      .finally(() => {
        this.#building = undefined;
      });
  }

  #serve(changed: readonly SiteBook<O>[], routing: Routing<O>): void {
    for (const site of changed) site.served = site.feeds;
    this.#routing = routing;
  }

  /** Numbered in the order of site and digest, the same everywhere. */
  #feeds(): readonly BookFeed<O>[] {
    const announcing = [...this.#sites.values()].filter(({ feeds }) => feeds.length > 0);
    return announcing.sort((a, b) => (a.siteId < b.siteId ? -1 : 1)).flatMap(({ feeds }) => feeds);
  }
}
