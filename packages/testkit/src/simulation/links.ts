import type { SiteInfo } from '@pressplay/protocol/messages';
import type { Link } from './endpoint.ts';

const MEGABIT = 1_000_000;

/** A viewer at home, by default: an ordinary line. */
export const VIEWER_LINK: Link = { rateBps: 20 * MEGABIT, latencyMs: 5, state: 'up' };

/** A region is a few states away. */
export const REGION_LINK: Link = { rateBps: 10_000 * MEGABIT, latencyMs: 15, state: 'up' };

const LATENCY_MS: Readonly<Record<SiteInfo['siteClass'], number>> = {
  embedded: 1,
  'private-peering': 4,
  'public-peering': 8,
  'full-catalog': 25,
};

/** An OCA sends at its capacity; how far it is from viewers follows from the class of its site. */
export function ocaLink(site: Pick<SiteInfo, 'siteClass'>, capacityBps: number): Link {
  return { rateBps: capacityBps, latencyMs: LATENCY_MS[site.siteClass], state: 'up' };
}
