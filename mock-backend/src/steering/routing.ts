import type { SiteInfo } from '@pressplay/protocol/messages';
import { distanceKm, type Location } from '../fleet/distance.ts';
import type { Address } from './address.ts';
import { familyOf, matchesOf, type PrefixTable } from './prefix-table.ts';

/** One set of routes at one site, and the OCAs that announce it: usually all of the site. */
export interface RouteFeed<O> {
  readonly site: SiteInfo;
  /** Where the site is, as `pointOf` says. */
  readonly point: Point;
  readonly ocas: readonly O[];
}

/** A place on the unit sphere. */
export type Point = readonly [x: number, y: number, z: number];

/** A table and what its feed numbers stand for. Replaced as a whole, so that a decision never sees two tables. */
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
  readonly ocas: readonly O[];
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
export function* nearSites<O>(
  { table, feeds }: Routing<O>,
  client: { readonly address: Address; readonly location: Location | undefined },
): Generator<NearSite<O>> {
  const { feeds: feedOf, asPathLengths, meds } = familyOf(table, client.address);
  const seen = new SeenOcas<O>();
  for (const { prefixLength, from, to } of matchesOf(table, client.address)) {
    for (let at = from; at < to; ) {
      const tied: RouteFeed<O>[] = [];
      const [asPathLength = 0, med = 0, first] = [asPathLengths[at], meds[at], feeds[feedOf[at] ?? 0]];
      for (; at < to; at++) {
        const feed = feeds[feedOf[at] ?? 0];
        if (!feed) continue;
        const isTied =
          asPathLengths[at] === asPathLength && meds[at] === med && feed.site.siteClass === first?.site.siteClass;
        if (!isTied) break;
        tied.push(feed);
      }
      for (const near of byDistance(tied, client.location)) {
        const ocas = seen.newOnes(near.site.siteId, near.ocas);
        if (ocas.length > 0) yield { ...near, ocas, prefixLength, asPathLength, med };
      }
    }
  }
}

/** Sites with equal routes by distance; feeds of the same site become one. */
function* byDistance<O>(
  tied: readonly RouteFeed<O>[],
  location: Location | undefined,
): Generator<{ readonly site: SiteInfo; readonly ocas: readonly O[]; readonly distanceKm: number }> {
  const kmTo = (site: SiteInfo): number => (location ? distanceKm(location, site) : 0);
  const [only] = tied;
  if (only && tied.length === 1) {
    yield { site: only.site, ocas: only.ocas, distanceKm: kmTo(only.site) };
    return;
  }
  const place = location && pointOf(location);
  const sites = new Map<string, { readonly site: SiteInfo; ocas: readonly O[]; readonly nearness: number }>();
  for (const { site, point, ocas } of tied) {
    const known = sites.get(site.siteId);
    if (known) known.ocas = [...new Set([...known.ocas, ...ocas])];
    else sites.set(site.siteId, { site, ocas, nearness: place ? cosine(place, point) : 0 });
  }
  const ordered = [...sites.values()];
  if (ordered.length > 1) ordered.sort((a, b) => b.nearness - a.nearness || (a.site.siteId < b.site.siteId ? -1 : 1));
  for (const { site, ocas } of ordered) yield { site, ocas, distanceKm: kmTo(site) };
}

/** Of the angle between two places: it orders as the distance does, at a tenth of the price. */
const cosine = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export function pointOf({ latitude, longitude }: Location): Point {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

/** A site comes again with a shorter prefix, or twice with imported routes: only OCAs that are new count. */
class SeenOcas<O> {
  readonly #bySite = new Map<string, readonly O[]>();

  newOnes(siteId: string, ocas: readonly O[]): readonly O[] {
    const before = this.#bySite.get(siteId);
    const fresh = before ? ocas.filter((oca) => !before.includes(oca)) : ocas;
    this.#bySite.set(siteId, before ? [...before, ...fresh] : fresh);
    return fresh;
  }
}
