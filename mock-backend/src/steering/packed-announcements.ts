import { type Prefix, parsePrefix, prefixText } from '@pressplay/protocol/routes';
import type { PackedAnnouncements } from './prefix-table.ts';

/** A route as it is reported. */
export interface ReportedRoute {
  readonly prefix: string;
  readonly asPath: readonly number[];
  readonly med: number;
}

export interface AnnouncedPrefix {
  readonly prefix: Prefix;
  readonly feed: number;
  readonly asPathLength: number;
  readonly med: number;
}

/** The routes of one feed, packed. The feed gets its number when it enters a table. */
export interface PackedRoutes {
  readonly v4: PackedAnnouncements;
  readonly v6: PackedAnnouncements;
}

export interface UnpackedRoute {
  readonly prefix: string;
  readonly asPathLength: number;
  readonly med: number;
}

const MAX_PATH_LENGTH = 255;

/** The first so many routes as text. */
export function unpackRoutes(parts: readonly PackedRoutes[], limit: number): readonly UnpackedRoute[] {
  const shown: UnpackedRoute[] = [];
  for (const { v4, v6 } of parts) {
    shown.push(...unpackFamily(4, v4, limit - shown.length));
    shown.push(...unpackFamily(6, v6, limit - shown.length));
  }
  return shown;
}

function unpackFamily(family: 4 | 6, packed: PackedAnnouncements, limit: number): readonly UnpackedRoute[] {
  const { wordCount, words, lengths, asPathLengths, meds } = packed;
  return Array.from({ length: Math.min(limit, lengths.length) }, (_, at) => ({
    prefix: prefixText({ family, words: [...words.subarray(at * wordCount, (at + 1) * wordCount)] }, lengths[at] ?? 0),
    asPathLength: asPathLengths[at] ?? 0,
    med: meds[at] ?? 0,
  }));
}

/** Packs announcements of one family; those of the other are left out. */
export function packAnnouncements(family: 4 | 6, announced: readonly AnnouncedPrefix[]): PackedAnnouncements {
  const own = announced.filter(({ prefix }) => prefix.family === family);
  const packed = emptyAnnouncements(family, own.length);
  const { wordCount, words, lengths, feeds, asPathLengths, meds } = packed;
  own.forEach(({ prefix, feed, asPathLength, med }, at) => {
    words.set(prefix.words, at * wordCount);
    lengths[at] = prefix.length;
    feeds[at] = feed;
    asPathLengths[at] = Math.min(MAX_PATH_LENGTH, asPathLength);
    meds[at] = Math.min(0xffffffff, med);
  });
  return packed;
}

/** What is no prefix is left out. */
export function packRoutes(routes: readonly ReportedRoute[]): PackedRoutes {
  const announced = routes.flatMap(({ prefix: text, asPath, med }) => {
    const prefix = parsePrefix(text);
    return prefix ? [{ prefix, feed: 0, asPathLength: asPath.length, med }] : [];
  });
  return { v4: packAnnouncements(4, announced), v6: packAnnouncements(6, announced) };
}

/** One block after the other, each under its feed's number, or under the numbers it has. */
export function joinAnnouncements(
  family: 4 | 6,
  blocks: readonly { readonly feed?: number; readonly announced: PackedAnnouncements }[],
): PackedAnnouncements {
  const count = blocks.reduce((sum, { announced }) => sum + announced.lengths.length, 0);
  const joined = emptyAnnouncements(family, count);
  let at = 0;
  for (const { feed, announced } of blocks) {
    joined.words.set(announced.words, at * joined.wordCount);
    joined.lengths.set(announced.lengths, at);
    joined.asPathLengths.set(announced.asPathLengths, at);
    joined.meds.set(announced.meds, at);
    joined.feeds.set(announced.feeds, at);
    if (feed !== undefined) joined.feeds.fill(feed, at, at + announced.lengths.length);
    at += announced.lengths.length;
  }
  return joined;
}

function emptyAnnouncements(family: 4 | 6, count: number): PackedAnnouncements {
  const wordCount = family === 4 ? 1 : 4;
  return {
    wordCount,
    words: new Uint32Array(count * wordCount),
    lengths: new Uint8Array(count),
    feeds: new Uint32Array(count),
    asPathLengths: new Uint8Array(count),
    meds: new Uint32Array(count),
  };
}
