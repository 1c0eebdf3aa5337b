import type { Named } from '../steering/choose-servers.ts';
import { WANTED_SITES } from '../steering/limit-servers.ts';

/** An OCA as a pathway of content steering. */
export interface Pathway {
  readonly ocaId: string;
  readonly siteId: string;
  readonly baseUrl: string;
}

export interface CommonFiles {
  /** In the order of the choice. */
  readonly ocaIds: readonly string[];
  readonly fileIds: ReadonlySet<string>;
}

/**
 * Players take all pathways for equal, so only OCAs with the same files can be pathways: those that hold all, or where
 * nobody does, what the best-filled one holds.
 */
export function commonFiles({ servers, fileSets }: Named): CommonFiles {
  const held = servers.map((_, at) => fileSets.flatMap((set) => (set.servers.includes(at) ? set.fileIds : [])));
  const most = Math.max(0, ...held.map((fileIds) => fileIds.length));
  const fileIds = new Set(held.find((files) => files.length === most));
  const holdsAll = (at: number): boolean => (held[at] ?? []).filter((fileId) => fileIds.has(fileId)).length === most;
  return { ocaIds: servers.filter((_, at) => holdsAll(at)).map(({ ocaId }) => ocaId), fileIds };
}

/**
 * Whether one pathway can be made from another by its host name alone. Neither hls.js nor Shaka takes a port or a scheme
 * in a clone: it would silently equal its base.
 */
export function differByHost(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  return a.protocol === b.protocol && a.port === b.port && a.pathname === b.pathname && a.hostname !== b.hostname;
}

/**
 * The pathways that a manifest itself names. Where steering can bring in the others as clones: the best, its best
 * neighbour, and the best of two other sites. That is enough for players that do not steer, and for the published build
 * of Shaka, which finds no clone (it looks for their fields under shortened names). Else all of them.
 */
export function manifestPathways(ranked: readonly Pathway[]): readonly Pathway[] {
  const [best, ...others] = ranked;
  if (!best || !others.every(({ baseUrl }) => differByHost(best.baseUrl, baseUrl))) return ranked;
  const bySite = new Map<string, Pathway>();
  for (const pathway of ranked) if (!bySite.has(pathway.siteId)) bySite.set(pathway.siteId, pathway);
  const named = new Set([...bySite.values()].slice(0, WANTED_SITES));
  const neighbour = others.find(({ siteId }) => siteId === best.siteId);
  if (neighbour) named.add(neighbour);
  return ranked.filter((pathway) => named.has(pathway));
}
