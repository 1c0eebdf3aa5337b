import type { Route } from '@pressplay/protocol/messages';
import { type LearnedRoute, type Prefix, parsePrefix } from '@pressplay/protocol/routes';
import { PrefixSet } from './prefix-set.ts';

/** Why a learned prefix is not announced. */
export type RefusalReason =
  | 'invalid'
  | 'default'
  | 'too-short'
  | 'too-long'
  | 'reserved'
  | 'own'
  | 'not-allowed'
  | 'community'
  | 'too-many';

export interface RouteRules {
  /** Only these and what lies inside them; anything where absent. */
  readonly allow?: readonly string[] | undefined;
  /** The appliances' own networks: no viewer is there. */
  readonly own: readonly string[];
  /** The longest prefix of each family that is taken. */
  readonly longest4: number;
  readonly longest6: number;
  /** Private, documentation and other reserved networks, for laboratories. */
  readonly takeReserved: boolean;
  /** `64501:666`, `64501:1:2`: routes with one of these are not for us. */
  readonly refuseCommunities: readonly string[];
  readonly maxRoutes: number;
}

export interface FilteredRoutes {
  readonly routes: readonly Route[];
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
}

/** Nobody owns more than that: such a route is a leak or a default in halves. */
const SHORTEST = { 4: 8, 6: 16 } as const;
/** RFC 6890 and its successors. */
const RESERVED = new PrefixSet([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/3', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
]);
const UNICAST_6 = new PrefixSet(['2000::/3']);

/** Judges the routes of a router. Throws where a rule is none. */
export function routeFilter(rules: RouteRules): (routes: readonly LearnedRoute[]) => FilteredRoutes {
  const [own, allow] = [new PrefixSet(rules.own), rules.allow && new PrefixSet(rules.allow)];
  const communities = new Set(rules.refuseCommunities);
  const judge = (route: LearnedRoute): RefusalReason | undefined => {
    const prefix = parsePrefix(route.prefix);
    if (!prefix) return 'invalid';
    const { family, length } = prefix;
    if (length === 0) return 'default';
    if (length < SHORTEST[family]) return 'too-short';
    if (!rules.takeReserved && isReserved(prefix)) return 'reserved';
    if (own.holds(prefix)) return 'own';
    if (length > (family === 4 ? rules.longest4 : rules.longest6)) return 'too-long';
    if (allow && !allow.holds(prefix)) return 'not-allowed';
    return route.communities?.some((each) => communities.has(each)) ? 'community' : undefined;
  };
  return (routes) => {
    const refused: Partial<Record<RefusalReason, number>> = {};
    const taken: Route[] = [];
    for (const route of routes) {
      const reason = judge(route) ?? (taken.length >= rules.maxRoutes ? 'too-many' : undefined);
      if (reason) refused[reason] = (refused[reason] ?? 0) + 1;
      else taken.push({ prefix: route.prefix, asPath: route.asPath, med: route.med });
    }
    return { routes: taken, refused };
  };
}

function isReserved(prefix: Prefix): boolean {
  return RESERVED.holds(prefix) || (prefix.family === 6 && !UNICAST_6.holds(prefix));
}
