import type { LookedAtOca, SteeringChoice, SteeringDrop, SteeringInputs } from '@pressplay/protocol/messages';

export const MAX_SERVERS = 10;
/** So many sites a file's servers shall stand at, where they exist: a site that is lost must not end a play. */
export const WANTED_SITES = 3;

/** Who may be named: the spare only for files that no good one holds. */
export type Standing = 'good' | 'spare' | 'never';

interface Candidate {
  readonly oca: LookedAtOca;
  readonly siteId: string;
  readonly siteRank: number;
  readonly standing: Standing;
}

/**
 * Lays health (H, D), capacity (F) and content (C) over the order of the network, names at most ten (L). Pure: the
 * choice follows from the inputs alone, so that a logged decision can be made again.
 */
export function chooseServers(inputs: SteeringInputs): SteeringChoice {
  const drops: SteeringDrop[] = [];
  const candidates = candidatesOf(inputs, drops);
  const wanted = fileSetsOf(inputs.fileIds, candidates);
  const named = withinLimit(candidates, wanted);
  noteLeftOut(inputs, candidates, wanted, named, drops);
  const fileSets = fileSetsOf(inputs.fileIds, named).filter(({ servers }) => servers.length > 0);
  const served = new Set(fileSets.flatMap(({ fileIds }) => fileIds));
  return {
    servers: named.map(({ oca, siteId, siteRank }) => ({ ocaId: oca.ocaId, siteId, siteRank })),
    fileSets,
    unserved: inputs.fileIds.filter((fileId) => !served.has(fileId)),
    drops,
  };
}

/** A full OCA would not carry one more play; a play that runs there already is in its load. */
export function standingOf({ condition, loadBps, capacityBps }: LookedAtOca, addedBps: number): Standing {
  if (condition === 'healthy') return loadBps + addedBps > capacityBps ? 'spare' : 'good';
  return condition === 'saturated' ? 'spare' : 'never';
}

export const addedBps = ({ occasion, playBps }: Pick<SteeringInputs, 'occasion' | 'playBps'>): number =>
  occasion === 'start' ? playBps : 0;

/** The good in the order of the network, then the spare. */
function candidatesOf(inputs: SteeringInputs, drops: SteeringDrop[]): readonly Candidate[] {
  const good: Candidate[] = [];
  const spare: Candidate[] = [];
  const more = addedBps(inputs);
  inputs.sites.forEach(({ siteId, ocas }, siteRank) => {
    for (const oca of ocas) {
      const standing = standingOf(oca, more);
      if (standing === 'good') good.push({ oca, siteId, siteRank, standing });
      else drops.push(dropOf(oca));
      if (standing === 'spare') spare.push({ oca, siteId, siteRank, standing });
    }
  });
  return spare.length === 0 ? good : [...good, ...spare];
}

function dropOf({ ocaId, condition, reason, loadBps, capacityBps }: LookedAtOca): SteeringDrop {
  if (condition === 'draining') return { ocaId, label: 'D', reason };
  if (condition === 'healthy') return { ocaId, label: 'F', reason: `${mbps(loadBps)} of ${mbps(capacityBps)} in use` };
  return { ocaId, label: 'H', reason };
}

const mbps = (bps: number): string => `${Math.round(bps / 1e5) / 10} Mbit/s`;

interface FileSetOfIndices {
  readonly servers: number[];
  readonly fileIds: string[];
}

/** Files with the same holders share a set. A file's holders are the good ones, or where there is none the spare. */
function fileSetsOf(fileIds: readonly string[], candidates: readonly Candidate[]): readonly FileSetOfIndices[] {
  const firstSpare = candidates.findIndex(({ standing }) => standing === 'spare');
  const good = firstSpare < 0 ? candidates.length : firstSpare;
  const lacked = new Set<number>();
  for (const { oca } of candidates) for (const file of oca.lacks) lacked.add(file);
  // Most files lie on every candidate: those are one set, without asking for each.
  let everywhere: FileSetOfIndices | undefined;
  const sets = new Map<string, FileSetOfIndices>();
  fileIds.forEach((fileId, file) => {
    if (everywhere && !lacked.has(file)) {
      everywhere.fileIds.push(fileId);
      return;
    }
    const servers = holdersOf(file, candidates, 0, good);
    if (servers.length === 0) servers.push(...holdersOf(file, candidates, good, candidates.length));
    const key = servers.join();
    const set = sets.get(key) ?? { servers, fileIds: [] };
    set.fileIds.push(fileId);
    sets.set(key, set);
    if (!lacked.has(file)) everywhere = set;
  });
  return [...sets.values()];
}

function holdersOf(file: number, candidates: readonly Candidate[], from: number, to: number): number[] {
  const holders: number[] = [];
  for (let at = from; at < to; at++) {
    const { lacks } = candidates[at]?.oca ?? { lacks: [file] };
    if (lacks.length === 0 || !lacks.includes(file)) holders.push(at);
  }
  return holders;
}

/**
 * The best ten that hold something. First one for each set of files, so that none is lost because its holders rank
 * low; then the best of other sites, up to three sites a set; then by rank.
 */
function withinLimit(candidates: readonly Candidate[], sets: readonly FileSetOfIndices[]): readonly Candidate[] {
  const wanted = new Set<number>();
  for (const { servers } of sets) for (const at of servers) wanted.add(at);
  const isWanted = (_: Candidate, at: number) => wanted.has(at);
  if (wanted.size <= MAX_SERVERS) return wanted.size === candidates.length ? candidates : candidates.filter(isWanted);
  const chosen = new Set<number>();
  for (let sites = 1; sites <= WANTED_SITES; sites++) {
    for (const { servers } of sets) {
      const reached: (string | undefined)[] = [];
      for (const at of servers) {
        const siteId = candidates[at]?.siteId;
        if (chosen.has(at) && !reached.includes(siteId)) reached.push(siteId);
      }
      if (reached.length >= sites || chosen.size === MAX_SERVERS) continue;
      const next = servers.find((at) => !reached.includes(candidates[at]?.siteId));
      if (next !== undefined) chosen.add(next);
    }
  }
  for (let at = 0; at < candidates.length && chosen.size < MAX_SERVERS; at++) if (wanted.has(at)) chosen.add(at);
  return candidates.filter((_, at) => chosen.has(at));
}

function noteLeftOut(
  { fileIds }: SteeringInputs,
  candidates: readonly Candidate[],
  sets: readonly FileSetOfIndices[],
  named: readonly Candidate[],
  drops: SteeringDrop[],
): void {
  const wanted = new Set<number>();
  for (const { servers } of sets) for (const at of servers) wanted.add(at);
  candidates.forEach((one, at) => {
    const { ocaId, lacks } = one.oca;
    if (lacks.length > 0)
      drops.push({ ocaId, label: 'C', reason: `holds ${fileIds.length - lacks.length} of ${fileIds.length} files` });
    if (wanted.has(at) && !named.includes(one))
      drops.push({ ocaId, label: 'L', reason: `beyond the best ${MAX_SERVERS}` });
  });
}
