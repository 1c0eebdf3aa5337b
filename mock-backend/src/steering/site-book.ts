import type { SiteInfo } from '@pressplay/protocol/messages';
import type { AnnouncedRoutes, FeedRoutes } from './announced-routes.ts';
import { groupOf, type SteerableOca } from './oca-group.ts';
import { pointOf, type RouteFeed } from './routing.ts';

/** Who announces: an OCA that has a site. */
export interface Announcer extends SteerableOca {
  readonly site: SiteInfo | undefined;
  readonly routes: AnnouncedRoutes | undefined;
}

export interface BookFeed<O> extends RouteFeed<O>, FeedRoutes {}

/** What is announced at one site, and by whom. */
export class SiteBook<O extends Announcer> {
  readonly siteId: string;
  readonly ocas = new Set<O>();
  imported: AnnouncedRoutes | undefined;
  /** As of the last `regroup`, by digest. */
  feeds: readonly BookFeed<O>[] = [];
  /** Those that decisions see: older than `feeds` while a table is built. */
  served: readonly BookFeed<O>[] = [];

  constructor(siteId: string) {
    this.siteId = siteId;
  }

  /** OCAs with equal routes become one feed. Answers whether other routes are announced than before. */
  regroup(): boolean {
    const byDigest = new Map<string, { readonly routes: AnnouncedRoutes; readonly ocas: O[] }>();
    const add = (routes: AnnouncedRoutes | undefined, oca: O): void => {
      if (!routes) return;
      const known = byDigest.get(routes.digest);
      if (known) known.ocas.push(oca);
      else byDigest.set(routes.digest, { routes, ocas: [oca] });
    };
    for (const oca of this.ocas) {
      add(oca.routes, oca);
      if (oca.routes?.digest !== this.imported?.digest) add(this.imported, oca);
    }
    const before = this.feeds;
    this.feeds = this.#feedsOf([...byDigest.values()].sort((a, b) => (a.routes.digest < b.routes.digest ? -1 : 1)));
    return (
      before.length !== this.feeds.length ||
      before.some(({ routes }, at) => routes.digest !== this.feeds[at]?.routes.digest)
    );
  }

  #feedsOf(groups: readonly { readonly routes: AnnouncedRoutes; readonly ocas: readonly O[] }[]): BookFeed<O>[] {
    const [site] = [...this.ocas].flatMap(({ site }) => site ?? []);
    if (!site) return [];
    const [point, { siteClass }] = [pointOf(site), site];
    return groups.map(({ routes, ocas }) => ({ site, point, siteClass, routes, group: groupOf(ocas) }));
  }
}
