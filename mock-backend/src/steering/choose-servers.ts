import type { Usability } from '../fleet/usability.ts';
import type { PlacedOca, RankedOca } from './rank-ocas.ts';

export const MAX_SERVERS = 10;

/** Why an OCA that the network would allow is not named, or is put behind: `H` health, `C` content, `L` the limit of ten. */
export interface Drop {
  readonly ocaId: string;
  readonly label: 'H' | 'C' | 'L';
  readonly reason: string;
}

export interface ServerChoice<T extends PlacedOca> {
  /** At most ten, best first. */
  readonly servers: readonly RankedOca<T>[];
  /** Files that the same servers hold, with indices into `servers`, best first. */
  readonly fileSets: readonly { readonly servers: readonly number[]; readonly fileIds: readonly string[] }[];
  /** Files that no usable OCA holds. */
  readonly unserved: readonly string[];
  readonly drops: readonly Drop[];
}

/** Lays health and content over the network's order: an unusable OCA goes, a saturated one waits behind the healthy. */
export function chooseServers<T extends PlacedOca>(
  ranked: readonly RankedOca<T>[],
  fileIds: readonly string[],
  holdersOf: (fileId: string) => ReadonlySet<string>,
  usabilityOf: (oca: T) => Usability,
): ServerChoice<T> {
  const drops: Drop[] = [];
  const usable = healthyFirst(ranked, usabilityOf, drops);
  const sets = groupByHolders(fileIds, holdersOf, usable);
  const wanted = usable.filter((_, at) => sets.some((set) => set.servers.includes(at)));
  for (const one of usable) {
    const held = fileIds.filter((fileId) => holdersOf(fileId).has(one.oca.ocaId)).length;
    if (held < fileIds.length)
      drops.push({ ocaId: one.oca.ocaId, label: 'C', reason: `holds ${held} of ${fileIds.length} files` });
  }
  const servers = limit(usable, wanted, sets);
  for (const one of wanted) {
    if (!servers.includes(one))
      drops.push({ ocaId: one.oca.ocaId, label: 'L', reason: `beyond the best ${MAX_SERVERS}` });
  }
  const fileSets = groupByHolders(fileIds, holdersOf, servers);
  const served = new Set(fileSets.flatMap((set) => set.fileIds));
  return { servers, fileSets, unserved: fileIds.filter((fileId) => !served.has(fileId)), drops };
}

function healthyFirst<T extends PlacedOca>(
  ranked: readonly RankedOca<T>[],
  usabilityOf: (oca: T) => Usability,
  drops: Drop[],
): readonly RankedOca<T>[] {
  const healthy: RankedOca<T>[] = [];
  const saturated: RankedOca<T>[] = [];
  for (const one of ranked) {
    const verdict = usabilityOf(one.oca);
    if (!verdict.usable || verdict.saturated) drops.push({ ocaId: one.oca.ocaId, label: 'H', reason: verdict.reason });
    if (verdict.usable) (verdict.saturated ? saturated : healthy).push(one);
  }
  return [...healthy, ...saturated];
}

interface FileSetOfIndices {
  readonly servers: readonly number[];
  readonly fileIds: string[];
}

/** Files with equal lists of holders share a set. Files without a holder are in none. */
function groupByHolders<T extends PlacedOca>(
  fileIds: readonly string[],
  holdersOf: (fileId: string) => ReadonlySet<string>,
  servers: readonly RankedOca<T>[],
): readonly FileSetOfIndices[] {
  const sets = new Map<string, FileSetOfIndices>();
  for (const fileId of fileIds) {
    const holders = holdersOf(fileId);
    const indices = servers.flatMap(({ oca }, at) => (holders.has(oca.ocaId) ? [at] : []));
    if (indices.length === 0) continue;
    const key = indices.join();
    const set = sets.get(key);
    if (set) set.fileIds.push(fileId);
    else sets.set(key, { servers: indices, fileIds: [fileId] });
  }
  return [...sets.values()];
}

/** The best ten; but first one server for each file set, so that no file is lost only because its holders rank low. */
function limit<T extends PlacedOca>(
  usable: readonly RankedOca<T>[],
  wanted: readonly RankedOca<T>[],
  sets: readonly FileSetOfIndices[],
): readonly RankedOca<T>[] {
  if (wanted.length <= MAX_SERVERS) return wanted;
  const needed = new Set<number>();
  for (const { servers } of sets) {
    const [best] = servers;
    if (best !== undefined && needed.size < MAX_SERVERS && !servers.some((at) => needed.has(at))) needed.add(best);
  }
  const chosen = new Set([...needed].flatMap((at) => usable[at] ?? []));
  for (const one of wanted) if (chosen.size < MAX_SERVERS) chosen.add(one);
  return wanted.filter((one) => chosen.has(one));
}
