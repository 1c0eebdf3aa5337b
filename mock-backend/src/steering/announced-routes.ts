import type { Route, SiteInfo } from '@pressplay/protocol/messages';
import { hash32 } from '../fleet/rendezvous.ts';
import { joinAnnouncements, type PackedRoutes, packRoutes } from './packed-announcements.ts';
import type { Announcements } from './prefix-table.ts';
import { CLASS_ORDER } from './routing.ts';

/** Routes as a region keeps them: the text is gone. Nobody writes to them. */
export interface AnnouncedRoutes {
  /** Equal for equal routes in any order. */
  readonly digest: string;
  readonly count: number;
  /** A large import comes in many: they are not put together before a table is made of them. */
  readonly parts: readonly PackedRoutes[];
}

/** What a table is made of: the routes of one site and its class. The place in the list is the feed's number. */
export interface FeedRoutes {
  readonly siteClass: SiteInfo['siteClass'];
  readonly routes: AnnouncedRoutes;
}

/** The routes of one feed, packed. */
export const packAnnounced = (routes: readonly Route[]): AnnouncedRoutes => ({
  digest: digestOf(routes),
  count: routes.length,
  parts: [packRoutes(routes)],
});

/** Parts as one; nothing is copied. */
export function joinRoutes(parts: readonly AnnouncedRoutes[]): AnnouncedRoutes {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const digests = parts.map(({ digest }) => digest).join();
  return {
    digest: `${parts.length}-${hash32(digests).toString(16)}-${hash32(`${digests}.`).toString(16)}`,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    parts: parts.flatMap((one) => one.parts),
  };
}

type FeedParts = Pick<FeedRoutes, 'siteClass'> & { readonly routes: Pick<AnnouncedRoutes, 'parts'> };

export function announcementsOf(feeds: readonly FeedParts[]): Announcements {
  const family = (of: 4 | 6) =>
    joinAnnouncements(
      of,
      feeds.flatMap(({ routes }, feed) => routes.parts.map(({ v4, v6 }) => ({ feed, announced: of === 4 ? v4 : v6 }))),
    );
  return {
    v4: family(4),
    v6: family(6),
    feedClasses: Uint8Array.from(feeds, ({ siteClass }) => CLASS_ORDER[siteClass]),
  };
}

export function digestOf(routes: readonly Route[]): string {
  let [sum, other] = [0, 0];
  for (const { prefix, asPath, med } of routes) {
    const text = `${prefix}|${asPath.join()}|${med}`;
    sum = (sum + hash32(text)) >>> 0;
    other = (other + hash32(`${text}.`)) >>> 0;
  }
  return `${routes.length}-${sum.toString(16)}-${other.toString(16)}`;
}
