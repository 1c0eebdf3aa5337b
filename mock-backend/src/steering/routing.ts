import type { SiteInfo } from '@pressplay/protocol/messages';
import type { Address } from '@pressplay/protocol/routes';
import { EARTH_RADIUS_KM, type Location } from '../fleet/distance.ts';
import { groupOf, type OcaGroup, type SteerableOca } from './oca-group.ts';
import { NO_PREFIX } from './prefix-index-shape.ts';
import { type FamilyTable, familyOf, lookup, type PrefixTable } from './prefix-table.ts';

/** One set of routes at one site, and the OCAs that announce it: usually all of the site. */
export interface RouteFeed<O> {
  /** The same object for all feeds of a site. */
  readonly site: SiteInfo;
  /** Where the site is, as `pointOf` says. */
  readonly point: Point;
  readonly group: OcaGroup<O>;
}

/** A place on the unit sphere. */
export type Point = readonly [x: number, y: number, z: number];

/**
 * A table and what its feed numbers stand for; feeds of one site have neighbouring numbers. Replaced as a whole, so
 * that a decision never sees two tables.
 */
export interface Routing<O> {
  readonly version: number;
  readonly table: PrefixTable;
  readonly feeds: readonly RouteFeed<O>[];
}

/** OCAs of one site that are equally near. */
export interface NearSite<O> {
  readonly site: SiteInfo;
  readonly point: Point;
  readonly group: OcaGroup<O>;
  readonly prefixLength: number;
  readonly asPathLength: number;
  readonly med: number;
}

export const CLASS_ORDER: Readonly<Record<SiteInfo['siteClass'], number>> = {
  embedded: 0,
  'private-peering': 1,
  'public-peering': 2,
  'full-catalog': 3,
};

/** How far a site is from where the client seems to be; 0 where nobody knows. */
export const distanceKmTo = ({ point }: Pick<NearSite<unknown>, 'point'>, client: Point | undefined): number =>
  client ? EARTH_RADIUS_KM * Math.acos(Math.min(1, Math.max(-1, cosine(client, point)))) : 0;

/**
 * The sites that announce a prefix which holds the client's address, nearest first: the longest prefix, then transport
 * class, AS path, MED, distance, site id. Whoever has enough asks no further. No OCA comes twice.
 */
export class NearSites<O extends SteerableOca> {
  readonly #feeds: readonly RouteFeed<O>[];
  readonly #table: FamilyTable;
  readonly #place: Point | undefined;
  #prefix: number;
  /** What is left of the announcements of the prefix. */
  #from = 0;
  #to = 0;
  /** Sites whose routes are equally good, in no order. */
  readonly #tied: RouteFeed<O>[] = [];
  /** Of each the cosine of the angle to the client: it orders as the distance does, at a tenth of the price. */
  readonly #nearness: number[] = [];
  /** Of what they announce, the first. */
  #first = 0;
  #prefixLength = 0;
  readonly #seen = new SeenOcas<O>();

  constructor(
    { table, feeds }: Routing<O>,
    { address, location }: { readonly address: Address; readonly location: Location | undefined },
  ) {
    this.#feeds = feeds;
    this.#table = familyOf(table, address);
    this.#place = location && pointOf(location);
    this.#prefix = lookup(table, address);
    if (this.#prefix !== NO_PREFIX) this.#openPrefix();
  }

  /** undefined when there is none left. */
  next(): NearSite<O> | undefined {
    while (this.#tied.length > 0 || this.#tie()) {
      const { site, point, group } = this.#takeNearest();
      const fresh = this.#seen.newOnes(site, group);
      if (!fresh) continue;
      const { asPathLengths, meds } = this.#table;
      const [asPathLength = 0, med = 0] = [asPathLengths[this.#first], meds[this.#first]];
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
    const { feeds: feedOf, asPathLengths, meds, index } = this.#table;
    while (this.#tied.length === 0) {
      while (this.#from >= this.#to) {
        if (this.#prefix === NO_PREFIX) return false;
        this.#prefix = index.parents[this.#prefix] ?? NO_PREFIX;
        if (this.#prefix === NO_PREFIX) return false;
        this.#openPrefix();
      }
      this.#first = this.#from;
      const [asPathLength, med] = [asPathLengths[this.#first], meds[this.#first]];
      const siteClass = this.#feeds[feedOf[this.#first] ?? 0]?.site.siteClass;
      for (; this.#from < this.#to; this.#from++) {
        if (asPathLengths[this.#from] !== asPathLength || meds[this.#from] !== med) break;
        const feed = this.#feeds[feedOf[this.#from] ?? 0];
        if (!feed) continue;
        if (feed.site.siteClass !== siteClass) break;
        this.#addTied(feed);
      }
    }
    return true;
  }

  /** Two feeds of a site are neighbours, and become one. */
  #addTied(feed: RouteFeed<O>): void {
    const last = this.#tied.length - 1;
    const before = this.#tied[last];
    if (before?.site === feed.site) {
      const ocas = new Set([...before.group.ocas, ...feed.group.ocas]);
      this.#tied[last] = { ...before, group: groupOf([...ocas]) };
      return;
    }
    this.#tied.push(feed);
    this.#nearness.push(this.#place ? cosine(this.#place, feed.point) : 0);
  }

  /** Takes the nearest out, the least site id among equals. Few are asked for: no sorting. */
  #takeNearest(): RouteFeed<O> {
    const [tied, nearness] = [this.#tied, this.#nearness];
    let best = 0;
    for (let at = 1; at < tied.length; at++) if (this.#isNearer(at, best)) best = at;
    const [lastTied, lastNearness] = [tied.pop(), nearness.pop()];
    const taken = best === tied.length ? lastTied : tied[best];
    if (!taken || !lastTied) throw new RangeError('There is no site left to take.');
    if (best === tied.length) return taken;
    tied[best] = lastTied;
    nearness[best] = lastNearness ?? 0;
    return taken;
  }

  #isNearer(a: number, b: number): boolean {
    const [nearnessA = 0, nearnessB = 0] = [this.#nearness[a], this.#nearness[b]];
    if (nearnessA !== nearnessB) return nearnessA > nearnessB;
    return (this.#tied[a]?.site.siteId ?? '') < (this.#tied[b]?.site.siteId ?? '');
  }
}

const cosine = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export function pointOf({ latitude, longitude }: Location): Point {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
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
