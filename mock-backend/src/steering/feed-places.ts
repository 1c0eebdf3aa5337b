import type { SiteInfo } from '@pressplay/protocol/messages';
import type { Location } from '../fleet/distance.ts';

/** A place on the unit sphere. */
export type Point = readonly [x: number, y: number, z: number];

export const CLASS_ORDER: Readonly<Record<SiteInfo['siteClass'], number>> = {
  embedded: 0,
  'private-peering': 1,
  'public-peering': 2,
  'full-catalog': 3,
};

export interface PlacedFeed {
  /** The same object for all feeds of a site. */
  readonly site: SiteInfo;
  /** Where the site is, as `pointOf` says. */
  readonly point: Point;
}

/** What tells near sites from far ones, feed by feed and side by side: fetching feeds costs more than comparing them. */
export interface FeedPlaces {
  /** Of each feed the first one of its site. */
  readonly sites: Int32Array;
  /** As in `CLASS_ORDER`. */
  readonly classes: Uint8Array;
  /** Of each feed three numbers. */
  readonly points: Float64Array;
}

/** Feeds of a site are neighbours. */
export function placesOf(feeds: readonly PlacedFeed[]): FeedPlaces {
  const sites = new Int32Array(feeds.length);
  const classes = new Uint8Array(feeds.length);
  const points = new Float64Array(feeds.length * 3);
  for (const [number, { site, point }] of feeds.entries()) {
    sites[number] = feeds[number - 1]?.site === site ? (sites[number - 1] ?? 0) : number;
    classes[number] = CLASS_ORDER[site.siteClass];
    points.set(point, number * 3);
  }
  return { sites, classes, points };
}

/** The cosine of the angle between a client and the site of a feed: it orders as the distance does, at a tenth of the price. */
export function nearness({ points }: FeedPlaces, number: number, client: Point): number {
  const from = number * 3;
  return client[0] * (points[from] ?? 0) + client[1] * (points[from + 1] ?? 0) + client[2] * (points[from + 2] ?? 0);
}

export const cosine = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export function pointOf({ latitude, longitude }: Location): Point {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}
