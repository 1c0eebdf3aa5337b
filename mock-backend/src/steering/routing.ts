import type { SiteInfo } from '@pressplay/protocol/messages';
import type { Address } from '@pressplay/protocol/routes';
import { EARTH_RADIUS_KM, type Location } from '../fleet/distance.ts';
import { cosine, type FeedPlaces, nearness, type PlacedFeed, type Point, placesOf, pointOf } from './feed-places.ts';
import { groupOf, type OcaGroup, type SteerableOca } from './oca-group.ts';
import { NO_PREFIX } from './prefix-index-shape.ts';
import { type FamilyTable, familyOf, lookup, type PrefixTable } from './prefix-table.ts';
import { Ties } from './ties.ts';

export { CLASS_ORDER, type Point, pointOf } from './feed-places.ts';

/** One set of routes at one site, and the OCAs that announce it: usually all of the site. */
export interface RouteFeed<O> extends PlacedFeed {
  readonly group: OcaGroup<O>;
}

/**
 * A table and what its feed numbers stand for; feeds of one site have neighbouring numbers. Replaced as a whole, so
 * that a decision never sees two tables.
 */
export interface Routing<O> {
  readonly version: number;
  readonly table: PrefixTable;
  readonly feeds: readonly RouteFeed<O>[];
  readonly places: FeedPlaces;
}

export const routingOf = <O>(version: number, table: PrefixTable, feeds: readonly RouteFeed<O>[]): Routing<O> => ({
  version,
  table,
  feeds,
  places: placesOf(feeds),
});

/** OCAs of one site that are equally near. */
export interface NearSite<O> {
  readonly site: SiteInfo;
  readonly point: Point;
  readonly group: OcaGroup<O>;
  readonly prefixLength: number;
  readonly asPathLength: number;
  readonly med: number;
}

/** How far a site is from where the client seems to be; 0 where nobody knows. */
export const distanceKmTo = ({ point }: Pick<NearSite<unknown>, 'point'>, client: Point | undefined): number =>
  client ? EARTH_RADIUS_KM * Math.acos(Math.min(1, Math.max(-1, cosine(client, point)))) : 0;

/**
 * The sites that announce a prefix which holds the client's address, nearest first: the longest prefix, then transport
 * class, AS path, MED, distance, site id. Whoever has enough asks no further. No OCA comes twice.
 */
export class NearSites<O extends SteerableOca> {
  readonly #routing: Routing<O>;
  readonly #table: FamilyTable;
  readonly #client: Point | undefined;
  #prefix: number;
  /** What is left of the announcements of the prefix. */
  #from = 0;
  #to = 0;
  readonly #tied: Ties;
  #prefixLength = 0;
  readonly #seen = new SeenOcas<O>();

  /** `ties`: room to work in, which nobody else uses meanwhile. */
  constructor(
    routing: Routing<O>,
    { address, location }: { readonly address: Address; readonly location: Location | undefined },
    ties = new Ties(),
  ) {
    this.#routing = routing;
    this.#table = familyOf(routing.table, address);
    this.#client = location && pointOf(location);
    this.#tied = ties;
    ties.count = 0;
    this.#prefix = lookup(routing.table, address);
    if (this.#prefix !== NO_PREFIX) this.#openPrefix();
  }

  /** undefined when there is none left. */
  next(): NearSite<O> | undefined {
    while (this.#tied.count > 0 || this.#tie()) {
      const nearest = this.#nearest();
      const first = this.#tied.firsts[nearest] ?? 0;
      const feed = this.#feedAt(first);
      const group = this.#groupOf(first, this.#tied.ends[nearest] ?? 0);
      this.#tied.remove(nearest);
      const fresh = feed && group && this.#seen.newOnes(feed.site, group);
      if (!fresh) continue;
      const { asPathLengths, meds } = this.#table;
      const [asPathLength = 0, med = 0] = [asPathLengths[first], meds[first]];
      const { site, point } = feed;
      return { site, point, group: fresh, prefixLength: this.#prefixLength, asPathLength, med };
    }
    return undefined;
  }

  #openPrefix(): void {
    const { starts, index } = this.#table;
    this.#from = starts[this.#prefix] ?? 0;
    this.#to = starts[this.#prefix + 1] ?? 0;
    this.#prefixLength = index.lengths[this.#prefix] ?? 0;
  }

  /** Collects who comes next, all that are equally good; answers whether there was anybody. */
  #tie(): boolean {
    while (this.#tied.count === 0) {
      while (this.#from >= this.#to) {
        if (this.#prefix === NO_PREFIX) return false;
        this.#prefix = this.#table.index.parents[this.#prefix] ?? NO_PREFIX;
        if (this.#prefix === NO_PREFIX) return false;
        this.#openPrefix();
      }
      this.#tieFrom(this.#from);
    }
    return true;
  }

  /** All that are as good as this one. */
  #tieFrom(first: number): void {
    const { feeds, asPathLengths, meds } = this.#table;
    const { places } = this.#routing;
    const [asPathLength, med] = [asPathLengths[first], meds[first]];
    const siteClass = places.classes[feeds[first] ?? 0];
    let lastSite = -1;
    let at = first;
    for (; at < this.#to; at++) {
      const feed = feeds[at] ?? 0;
      if (asPathLengths[at] !== asPathLength || meds[at] !== med || places.classes[feed] !== siteClass) break;
      const site = places.sites[feed] ?? 0;
      if (site === lastSite) this.#tied.widen(at);
      else this.#tied.add(at, this.#client ? nearness(places, feed, this.#client) : 0);
      lastSite = site;
    }
    this.#from = at;
  }

  /** The least site id among equals. Few are asked for: no sorting. */
  #nearest(): number {
    const { count, nearness } = this.#tied;
    let best = 0;
    for (let at = 1; at < count; at++) {
      const more = (nearness[at] ?? 0) - (nearness[best] ?? 0);
      if (more > 0 || (more === 0 && this.#siteIdOf(at) < this.#siteIdOf(best))) best = at;
    }
    return best;
  }

  #siteIdOf(tied: number): string {
    return this.#feedAt(this.#tied.firsts[tied] ?? 0)?.site.siteId ?? '';
  }

  #feedAt(announcement: number): RouteFeed<O> | undefined {
    return this.#routing.feeds[this.#table.feeds[announcement] ?? 0];
  }

  /** Feeds of a site are neighbours, and their OCAs become one group. */
  #groupOf(first: number, end: number): OcaGroup<O> | undefined {
    if (end === first + 1) return this.#feedAt(first)?.group;
    const ocas = new Set<O>();
    for (let at = first; at < end; at++) for (const oca of this.#feedAt(at)?.group.ocas ?? []) ocas.add(oca);
    return groupOf([...ocas]);
  }
}

/** A site comes again with a shorter prefix, or twice with imported routes: only OCAs that are new count. */
class SeenOcas<O extends SteerableOca> {
  readonly #sites: SiteInfo[] = [];
  readonly #ocas: (readonly O[])[] = [];

  newOnes(site: SiteInfo, group: OcaGroup<O>): OcaGroup<O> | undefined {
    const known = this.#sites.indexOf(site);
    const before = this.#ocas[known];
    if (!before) {
      this.#sites.push(site);
      this.#ocas.push(group.ocas);
      return group;
    }
    if (before === group.ocas) return undefined;
    const fresh = group.ocas.filter((oca) => !before.includes(oca));
    if (fresh.length === 0) return undefined;
    this.#ocas[known] = [...before, ...fresh];
    return fresh.length === group.ocas.length ? group : groupOf(fresh);
  }
}
