import type { LookedAtOca, SteeringChoice, SteeringDrop, SteeringInputs } from '@pressplay/protocol/messages';
import { slowOcas } from './slow-ocas.ts';

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
 * Lays health (H, D), capacity (F), what the player told (S) and content (C) over the order of the network, names at most ten (L). Pure: the
 * choice follows from the inputs alone, so that a logged decision can be made again. Labels only: `explain` has words.
 */
export function chooseServers(inputs: SteeringInputs): SteeringChoice {
  const drops: SteeringDrop[] = [];
  const candidates = candidatesOf(inputs, drops);
  const wanted = fileSetsOf(inputs.fileIds, candidates);
  const isWanted = marksOf(wanted, candidates.length);
  const named = withinLimit(candidates, wanted, isWanted);
  noteLeftOut(candidates, isWanted, named, drops);
  const fileSets = (named === candidates ? wanted : fileSetsOf(inputs.fileIds, named)).filter(
    ({ servers }) => servers.length > 0,
  );
  return {
    servers: named.map(({ oca, siteId, siteRank }) => ({ ocaId: oca.ocaId, siteId, siteRank })),
    fileSets,
    unserved: unservedOf(inputs.fileIds, fileSets),
    drops,
  };
}

function unservedOf(fileIds: readonly string[], fileSets: readonly FileSetOfIndices[]): string[] {
  if (fileSets.reduce((sum, set) => sum + set.fileIds.length, 0) === fileIds.length) return [];
  const served = new Set(fileSets.flatMap((set) => set.fileIds));
  return fileIds.filter((fileId) => !served.has(fileId));
}

/** A full OCA would not carry one more play; a play that runs there already is in its load. */
export function standingOf({ condition, loadBps, capacityBps }: LookedAtOca, addedBps: number): Standing {
  if (condition === 'healthy') return loadBps + addedBps > capacityBps ? 'spare' : 'good';
  return condition === 'saturated' ? 'spare' : 'never';
}

export const addedBps = ({ occasion, playBps }: Pick<SteeringInputs, 'occasion' | 'playBps'>): number =>
  occasion === 'start' ? playBps : 0;

/** The good in the order of the network, those slow for this player behind the others, then the spare. */
function candidatesOf(inputs: SteeringInputs, drops: SteeringDrop[]): readonly Candidate[] {
  const good: Candidate[] = [];
  const slow: Candidate[] = [];
  const spare: Candidate[] = [];
  const isSlow = slowOcas(inputs.reports, inputs.playBps);
  const more = addedBps(inputs);
  inputs.sites.forEach(({ siteId, ocas }, siteRank) => {
    for (const oca of ocas) {
      const standing = standingOf(oca, more);
      const putBack = standing === 'good' && isSlow.has(oca.ocaId);
      if (standing === 'good') (putBack ? slow : good).push({ oca, siteId, siteRank, standing });
      if (standing !== 'good' || putBack) drops.push({ ocaId: oca.ocaId, label: putBack ? 'S' : labelOf(oca) });
      if (standing === 'spare') spare.push({ oca, siteId, siteRank, standing });
    }
  });
  return slow.length + spare.length === 0 ? good : [...good, ...slow, ...spare];
}

const labelOf = ({ condition }: LookedAtOca): SteeringDrop['label'] =>
  condition === 'draining' ? 'D' : condition === 'healthy' ? 'F' : 'H';

interface FileSetOfIndices {
  readonly servers: number[];
  readonly fileIds: string[];
}

/** Files with the same holders share a set. A file's holders are the good ones, or where there is none the spare. */
function fileSetsOf(fileIds: readonly string[], candidates: readonly Candidate[]): readonly FileSetOfIndices[] {
  const firstSpare = candidates.findIndex(({ standing }) => standing === 'spare');
  const good = firstSpare < 0 ? candidates.length : firstSpare;
  // Most files lie on every candidate: those are one set, without asking for each.
  const lacked = lackedBySome(candidates, fileIds.length);
  if (!lacked) return [{ servers: holdersOf(0, candidates, 0, good || candidates.length), fileIds: [...fileIds] }];
  let everywhere: FileSetOfIndices | undefined;
  const sets: FileSetOfIndices[] = [];
  for (let file = 0; file < fileIds.length; file++) {
    const fileId = fileIds[file] ?? '';
    if (everywhere && lacked[file] === 0) {
      everywhere.fileIds.push(fileId);
      continue;
    }
    let servers = holdersOf(file, candidates, 0, good);
    if (servers.length === 0) servers = holdersOf(file, candidates, good, candidates.length);
    const known = sets.find((one) => isSame(one.servers, servers));
    const set = known ?? { servers, fileIds: [] };
    set.fileIds.push(fileId);
    if (!known) sets.push(set);
    if (lacked[file] === 0) everywhere = set;
  }
  return sets;
}

/** Of each file, 1 where a candidate lacks it; undefined where none lacks any. */
function lackedBySome(candidates: readonly Candidate[], fileCount: number): Uint8Array | undefined {
  let lacked: Uint8Array | undefined;
  for (const { oca } of candidates) {
    if (oca.lacks.length === 0) continue;
    lacked ??= new Uint8Array(fileCount);
    for (const file of oca.lacks) lacked[file] = 1;
  }
  return lacked;
}

function holdersOf(file: number, candidates: readonly Candidate[], from: number, to: number): number[] {
  const holders: number[] = [];
  for (let at = from; at < to; at++) {
    const { lacks } = candidates[at]?.oca ?? { lacks: [file] };
    if (lacks.length === 0 || !lacks.includes(file)) holders.push(at);
  }
  return holders;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Of each candidate, 1 where some set wants it. */
function marksOf(sets: readonly FileSetOfIndices[], count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (const { servers } of sets) for (const at of servers) marks[at] = 1;
  return marks;
}

const countOf = (marks: Uint8Array): number => {
  let count = 0;
  for (const mark of marks) count += mark;
  return count;
};

/**
 * The best ten that hold something. First one for each set of files, so that none is lost because its holders rank
 * low; then the best of other sites, up to three sites a set; then by rank.
 */
function withinLimit(
  candidates: readonly Candidate[],
  sets: readonly FileSetOfIndices[],
  isWanted: Uint8Array,
): readonly Candidate[] {
  const wantedCount = countOf(isWanted);
  if (wantedCount === candidates.length && wantedCount <= MAX_SERVERS) return candidates;
  if (wantedCount <= MAX_SERVERS) return candidates.filter((_, at) => isWanted[at] === 1);
  const chosen = new Uint8Array(candidates.length);
  let count = 0;
  for (let sites = 1; sites <= WANTED_SITES; sites++) {
    for (const { servers } of sets) {
      if (count === MAX_SERVERS) break;
      const next = newSiteAmong(servers, candidates, chosen, sites);
      if (next === undefined) continue;
      chosen[next] = 1;
      count++;
    }
  }
  for (let at = 0; at < candidates.length && count < MAX_SERVERS; at++) {
    if (chosen[at] === 1 || isWanted[at] === 0) continue;
    chosen[at] = 1;
    count++;
  }
  return candidates.filter((_, at) => chosen[at] === 1);
}

/** The best of a set at a site where none of it is chosen yet; undefined where it stands at so many sites, or no other. */
function newSiteAmong(
  servers: readonly number[],
  candidates: readonly Candidate[],
  chosen: Uint8Array,
  sites: number,
): number | undefined {
  const reached: string[] = [];
  for (const at of servers) {
    const siteId = candidates[at]?.siteId ?? '';
    if (chosen[at] === 1 && !reached.includes(siteId)) reached.push(siteId);
  }
  if (reached.length >= sites) return undefined;
  return servers.find((at) => !reached.includes(candidates[at]?.siteId ?? ''));
}

function noteLeftOut(
  candidates: readonly Candidate[],
  isWanted: Uint8Array,
  named: readonly Candidate[],
  drops: SteeringDrop[],
): void {
  // Those named are some of the candidates in the same order.
  let at = 0;
  candidates.forEach((one, place) => {
    const isNamed = named[at] === one;
    if (isNamed) at++;
    const { ocaId, lacks } = one.oca;
    if (lacks.length > 0) drops.push({ ocaId, label: 'C' });
    if (!isNamed && isWanted[place] === 1) drops.push({ ocaId, label: 'L' });
  });
}
