import type { Route, SiteInfo } from '@pressplay/protocol/messages';
import { hash32 } from '../fleet/rendezvous.ts';
import { groupOf, noteState, type SteerableOca } from './oca-group.ts';
import { joinAnnouncements, packRoutes } from './packed-announcements.ts';
import { type Announcements, buildPrefixTable, type PackedAnnouncements, type PrefixTable } from './prefix-table.ts';
import { CLASS_ORDER, type Point, pointOf, type RouteFeed, type Routing } from './routing.ts';

/** Builds a table elsewhere: in a worker. What it is given is not used again. */
export type TableBuilder = (announcements: Announcements) => Promise<PrefixTable>;

/** Routes as a book keeps them: the text is gone. */
export interface AnnouncedRoutes {
  /** Equal for equal routes in any order. */
  readonly digest: string;
  readonly count: number;
  readonly v4: PackedAnnouncements;
  readonly v6: PackedAnnouncements;
}

/** Who announces: an OCA that has a site. */
export interface Announcer extends SteerableOca {
  readonly site: SiteInfo | undefined;
  readonly routes: AnnouncedRoutes | undefined;
}

/** Building so many announcements takes a few milliseconds: not worth another thread. */
const INLINE_UP_TO = 20_000;

/**
 * Turns what is announced into tables. A change is noted at once and takes effect at the next question; a large table
 * is built elsewhere while the old one goes on answering, and both parts, table and feeds, are replaced in one step.
 */
export class RouteBook<O extends Announcer> {
  readonly #announcers: () => Iterable<O>;
  readonly #build: TableBuilder | undefined;
  readonly #onFailure: (error: unknown) => void;
  readonly #nowMs: () => number;
  readonly #imports = new Map<string, AnnouncedRoutes>();
  #known = new Map<string, AnnouncedRoutes>();
  readonly #points = new Map<string, Point>();
  #feedsAt = new Map<string, RouteFeed<O>[]>();
  #keys = '';
  #routing: Routing<O>;
  #isStale = false;
  #building: Promise<void> | undefined;
  /** How long the last table took to build. */
  buildMs = 0;

  constructor(
    announcers: () => Iterable<O>,
    build?: TableBuilder,
    onFailure: (error: unknown) => void = () => {},
    nowMs: () => number = () => 0,
  ) {
    this.#nowMs = nowMs;
    this.#announcers = announcers;
    this.#build = build;
    this.#onFailure = onFailure;
    this.#routing = { version: 0, table: buildPrefixTable(announcementsOf([])), feeds: [] };
  }

  /** Packs routes; equal ones, as all OCAs of a site report, are kept once. */
  take(routes: readonly Route[]): AnnouncedRoutes {
    const digest = digestOf(routes);
    const announced = this.#known.get(digest) ?? { digest, count: routes.length, ...packRoutes(routes) };
    this.#known.set(digest, announced);
    return announced;
  }

  /** An operator's routes count for all OCAs of the site, beside their own. None at all ends that. */
  import(siteId: string, routes: AnnouncedRoutes): void {
    if (routes.count === 0) this.#imports.delete(siteId);
    else this.#imports.set(siteId, routes);
    this.noteChange();
  }

  noteChange(): void {
    this.#isStale = true;
  }

  /** An OCA says something new of itself, but for its routes and its site. */
  noteState(oca: O): void {
    for (const { group } of this.#feedsAt.get(oca.site?.siteId ?? '') ?? []) noteState(group, oca);
  }

  current(): Routing<O> {
    if (this.#isStale && !this.#building) this.#refresh();
    return this.#routing;
  }

  /** Resolves once everything noted so far is in the table. */
  async settled(): Promise<void> {
    for (this.current(); this.#building; this.current()) await this.#building;
  }

  #refresh(): void {
    this.#isStale = false;
    const groups = this.#groups();
    const keys = [...groups.keys()].join();
    const feeds = [...groups.values()];
    this.#feedsAt = bySite(feeds);
    if (keys === this.#keys) {
      this.#routing = { ...this.#routing, feeds };
      return;
    }
    const announcements = announcementsOf(feeds);
    const startedMs = this.#nowMs();
    const swap = (table: PrefixTable): void => {
      this.buildMs = this.#nowMs() - startedMs;
      this.#keys = keys;
      this.#routing = { version: this.#routing.version + 1, table, feeds };
    };
    const count = announcements.v4.lengths.length + announcements.v6.lengths.length;
    if (!this.#build || count <= INLINE_UP_TO) {
      swap(buildPrefixTable(announcements));
      return;
    }
    this.#building = this.#build(announcements)
      .then(swap, (error) => {
        this.#onFailure(error);
        swap(buildPrefixTable(announcementsOf(feeds)));
      })
      .finally(() => {
        this.#building = undefined;
      });
  }

  /** OCAs of a site with equal routes are one feed; numbered in the order of site and digest, the same everywhere. */
  #groups(): Map<string, Feed<O>> {
    const groups = new Map<string, { readonly site: SiteInfo; readonly routes: AnnouncedRoutes; readonly ocas: O[] }>();
    const add = (site: SiteInfo, routes: AnnouncedRoutes, oca: O): void => {
      const key = `${site.siteId}|${routes.digest}`;
      const group = groups.get(key);
      if (group) group.ocas.push(oca);
      else groups.set(key, { site, routes, ocas: [oca] });
    };
    for (const oca of this.#announcers()) {
      const { site, routes } = oca;
      if (!site) continue;
      if (routes) add(site, routes, oca);
      const imported = this.#imports.get(site.siteId);
      if (imported) add(site, imported, oca);
    }
    this.#known = new Map([...groups.values()].map(({ routes }) => [routes.digest, routes]));
    const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Map(
      sorted.map(([key, { site, routes, ocas }]) => [
        key,
        { site, point: this.#pointOf(site), routes, group: groupOf(ocas) },
      ]),
    );
  }

  #pointOf(site: SiteInfo): Point {
    const point = this.#points.get(site.siteId) ?? pointOf(site);
    this.#points.set(site.siteId, point);
    return point;
  }
}

interface Feed<O> extends RouteFeed<O> {
  readonly routes: AnnouncedRoutes;
}

function bySite<O>(feeds: readonly RouteFeed<O>[]): Map<string, RouteFeed<O>[]> {
  const found = new Map<string, RouteFeed<O>[]>();
  for (const feed of feeds) {
    const known = found.get(feed.site.siteId);
    if (known) known.push(feed);
    else found.set(feed.site.siteId, [feed]);
  }
  return found;
}

function announcementsOf(feeds: readonly Feed<unknown>[]): Announcements {
  return {
    v4: joinAnnouncements(
      4,
      feeds.map(({ routes }, feed) => ({ feed, announced: routes.v4 })),
    ),
    v6: joinAnnouncements(
      6,
      feeds.map(({ routes }, feed) => ({ feed, announced: routes.v6 })),
    ),
    feedClasses: Uint8Array.from(feeds, ({ site }) => CLASS_ORDER[site.siteClass]),
  };
}

/** The routes of one feed, packed. */
export const packAnnounced = (routes: readonly Route[]): AnnouncedRoutes => ({
  digest: digestOf(routes),
  count: routes.length,
  ...packRoutes(routes),
});

/** Packed parts as one: memory is copied, nothing is read again. */
export function joinRoutes(parts: readonly AnnouncedRoutes[]): AnnouncedRoutes {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const digests = parts.map(({ digest }) => digest).join();
  return {
    digest: `${parts.length}-${hash32(digests).toString(16)}-${hash32(`${digests}.`).toString(16)}`,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    v4: joinAnnouncements(
      4,
      parts.map(({ v4 }) => ({ announced: v4 })),
    ),
    v6: joinAnnouncements(
      6,
      parts.map(({ v6 }) => ({ announced: v6 })),
    ),
  };
}

function digestOf(routes: readonly Route[]): string {
  let [sum, other] = [0, 0];
  for (const { prefix, asPath, med } of routes) {
    const text = `${prefix}|${asPath.join()}|${med}`;
    sum = (sum + hash32(text)) >>> 0;
    other = (other + hash32(`${text}.`)) >>> 0;
  }
  return `${routes.length}-${sum.toString(16)}-${other.toString(16)}`;
}
