import type { SiteInfo } from '@pressplay/protocol/messages';
import type { Address } from '@pressplay/protocol/routes';
import { EARTH_RADIUS_KM, type Location } from '../fleet/distance.ts';
import { groupOf, type OcaGroup, type SteerableOca } from './oca-group.ts';
import { familyOf, matchesOf, type PrefixTable } from './prefix-table.ts';

/** One set of routes at one site, and the OCAs that announce it: usually all of the site. */
export interface RouteFeed<O> {
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

/** How near a site is to a client on the network: the longest prefix first, then less is nearer, in this order. */
export interface Proximity {
  readonly prefixLength: number;
  readonly asPathLength: number;
  readonly med: number;
  readonly distanceKm: number;
}

/** OCAs of one site that are equally near. */
export interface NearSite<O> extends Proximity {
  readonly site: SiteInfo;
  readonly group: OcaGroup<O>;
}

export const CLASS_ORDER: Readonly<Record<SiteInfo['siteClass'], number>> = {
  embedded: 0,
  'private-peering': 1,
  'public-peering': 2,
  'full-catalog': 3,
};

/**
 * The sites that announce a prefix which holds the client's address, nearest first: the longest prefix, then transport
 * class, AS path, MED, distance, site id. Lazy: whoever has enough asks no further. No OCA comes twice.
 */
export function* nearSites<O extends SteerableOca>(
  { table, feeds }: Routing<O>,
  client: { readonly address: Address; readonly location: Location | undefined },
): Generator<NearSite<O>> {
  const { feeds: feedOf, asPathLengths, meds } = familyOf(table, client.address);
  const place = client.location && pointOf(client.location);
  const seen = new SeenOcas<O>();
  for (const { prefixLength, from, to } of matchesOf(table, client.address)) {
    for (let at = from; at < to; ) {
      const tied: TiedSite<O>[] = [];
      const [asPathLength = 0, med = 0, first] = [asPathLengths[at], meds[at], feeds[feedOf[at] ?? 0]];
      for (; at < to && asPathLengths[at] === asPathLength && meds[at] === med; at++) {
        const feed = feeds[feedOf[at] ?? 0];
        if (!feed) continue;
        if (feed.site.siteClass !== first?.site.siteClass) break;
        addTied(tied, feed, place);
      }
      for (let left = tied.length; left > 0; left--) {
        const { site, group, nearness } = takeNearest(tied, left);
        const fresh = seen.newOnes(site.siteId, group);
        const distanceKm = place ? EARTH_RADIUS_KM * Math.acos(Math.min(1, Math.max(-1, nearness))) : 0;
        if (fresh) yield { site, group: fresh, prefixLength, asPathLength, med, distanceKm };
      }
    }
  }
}

/** A site whose route is as good as that of the others. */
interface TiedSite<O> {
  readonly site: SiteInfo;
  group: OcaGroup<O>;
  /** The cosine of the angle to the client: it orders as the distance does, at a tenth of the price. */
  readonly nearness: number;
}

/** Two feeds of a site are neighbours, and become one. */
function addTied<O extends SteerableOca>(
  tied: TiedSite<O>[],
  { site, point, group }: RouteFeed<O>,
  place: Point | undefined,
): void {
  const last = tied.at(-1);
  if (last?.site.siteId === site.siteId) last.group = groupOf([...new Set([...last.group.ocas, ...group.ocas])]);
  else tied.push({ site, group, nearness: place ? cosine(place, point) : 0 });
}

/** Takes the nearest of the first `count` out, the least site id among equals. Few are asked for: no sorting. */
function takeNearest<O>(tied: TiedSite<O>[], count: number): TiedSite<O> {
  let best = 0;
  for (let at = 1; at < count; at++) if (isNearer(tied[at], tied[best])) best = at;
  const [taken, last] = [tied[best], tied[count - 1]];
  if (!taken || !last) throw new RangeError('There is no site left to take.');
  tied[best] = last;
  return taken;
}

const isNearer = (a: TiedSite<unknown> | undefined, b: TiedSite<unknown> | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  (a.nearness > b.nearness || (a.nearness === b.nearness && a.site.siteId < b.site.siteId));

const cosine = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export function pointOf({ latitude, longitude }: Location): Point {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

/** A site comes again with a shorter prefix, or twice with imported routes: only OCAs that are new count. */
class SeenOcas<O extends SteerableOca> {
  readonly #siteIds: string[] = [];
  readonly #ocas: (readonly O[])[] = [];

  newOnes(siteId: string, group: OcaGroup<O>): OcaGroup<O> | undefined {
    const known = this.#siteIds.indexOf(siteId);
    const before = this.#ocas[known];
    if (!before) {
      this.#siteIds.push(siteId);
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
