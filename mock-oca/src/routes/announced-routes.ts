import type { Route } from '@pressplay/protocol/messages';
import { z } from 'zod';

const Cidr = z.union([z.cidrv4(), z.cidrv6()]);

/** The prefixes this OCA announces: each valid and once, the shortest AS path (then the lowest MED) kept. Throws on a wrong prefix. */
export function announcedRoutes(routes: readonly Route[]): Route[] {
  const best = new Map<string, Route>();
  for (const route of routes) {
    if (!Cidr.safeParse(route.prefix).success)
      throw new Error(`Route ${JSON.stringify(route.prefix)} is no prefix in CIDR form.`);
    const known = best.get(route.prefix);
    if (!known || isBetter(route, known)) best.set(route.prefix, route);
  }
  return [...best.values()];
}

function isBetter(a: Route, b: Route): boolean {
  return a.asPath.length - b.asPath.length < 0 || (a.asPath.length === b.asPath.length && (a.med ?? 0) < (b.med ?? 0));
}
