import type { SiteClass } from '@pressplay/protocol/messages';
import { distanceKm, type Location } from '../fleet/distance.ts';
import type { AnnouncedRoute } from '../fleet/fleet-state.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import type { Address } from './address.ts';
import type { PrefixTable } from './prefix-table.ts';

export interface PlacedOca {
  readonly ocaId: string;
  readonly site: Location & { readonly siteId: string; readonly siteClass: SiteClass };
}

/** How near an OCA is to a client on the network; smaller is nearer in the order of the fields, but for the prefix. */
export interface Proximity {
  readonly prefixLength: number;
  readonly siteClass: SiteClass;
  readonly asPathLength: number;
  readonly med: number;
  readonly distanceKm: number;
}

export interface RankedOca<T extends PlacedOca = PlacedOca> {
  readonly oca: T;
  readonly proximity: Proximity;
  readonly reason: string;
}

const CLASS_ORDER: Readonly<Record<SiteClass, number>> = {
  embedded: 0,
  'private-peering': 1,
  'public-peering': 2,
  'full-catalog': 3,
};

/**
 * Orders the OCAs that may serve a client: those that announce a prefix which holds its address. The longest prefix
 * first, then transport class, AS path, MED, distance; inside a site the play id spreads the load.
 */
export function rankOcas<T extends PlacedOca>(
  client: { readonly address: Address; readonly location: Location | undefined },
  playId: string,
  routes: PrefixTable<AnnouncedRoute>,
  ocas: readonly T[],
): readonly RankedOca<T>[] {
  const best = bestRoutes(routes, client.address);
  const ranked: (RankedOca<T> & { readonly spread: number })[] = [];
  for (const oca of ocas) {
    const route = best.get(oca.ocaId);
    if (!route) continue;
    const km = client.location ? distanceKm(client.location, oca.site) : 0;
    const { prefixLength, asPathLength, med } = route;
    const proximity = { prefixLength, siteClass: oca.site.siteClass, asPathLength, med, distanceKm: km };
    ranked.push({ oca, proximity, reason: describe(proximity), spread: hash32(`${playId}|${oca.ocaId}`) });
  }
  return ranked
    .sort(
      (a, b) =>
        byProximity(a.proximity, b.proximity) ||
        byText(a.oca.site.siteId, b.oca.site.siteId) ||
        a.spread - b.spread ||
        byText(a.oca.ocaId, b.oca.ocaId),
    )
    .map(({ oca, proximity, reason }) => ({ oca, proximity, reason }));
}

interface BestRoute extends AnnouncedRoute {
  readonly prefixLength: number;
}

/** Each OCA's longest prefix that holds the address; announced twice, the shorter AS path and then the lower MED. */
function bestRoutes(routes: PrefixTable<AnnouncedRoute>, address: Address): ReadonlyMap<string, BestRoute> {
  const best = new Map<string, BestRoute>();
  for (const { prefixLength, values } of routes.matches(address)) {
    for (const route of values) {
      const known = best.get(route.ocaId);
      const better =
        known?.prefixLength === prefixLength && (route.asPathLength - known.asPathLength || route.med - known.med) < 0;
      if (!known || better) best.set(route.ocaId, { ...route, prefixLength });
    }
  }
  return best;
}

function byProximity(a: Proximity, b: Proximity): number {
  return (
    b.prefixLength - a.prefixLength ||
    CLASS_ORDER[a.siteClass] - CLASS_ORDER[b.siteClass] ||
    a.asPathLength - b.asPathLength ||
    a.med - b.med ||
    a.distanceKm - b.distanceKm
  );
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const describe = ({ prefixLength, siteClass, asPathLength, med, distanceKm }: Proximity): string =>
  `/${prefixLength} ${siteClass}, AS path ${asPathLength}, MED ${med}, ${Math.round(distanceKm)} km`;
