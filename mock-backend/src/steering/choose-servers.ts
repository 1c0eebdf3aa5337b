import type { PathwayReport, SteeringChoice, SteeringDrop, SteeringInputs } from '@pressplay/protocol/messages';
import { C, Candidates, D, type DropLabel, Drops, F, H, L, LABELS, S, standingOf } from './candidates.ts';
import { FileHolders } from './file-holders.ts';
import { NAMED, nameWithinLimit, WANTED } from './limit-servers.ts';
import { slowOcas } from './slow-ocas.ts';
import { conditionNumber, Survey } from './survey.ts';

/** What a choice asks beside the survey. */
export interface Asked extends Pick<SteeringInputs, 'occasion' | 'playBps'> {
  readonly fileIds: readonly string[];
  readonly reports?: readonly PathwayReport[] | undefined;
}

/** Who is named for what. */
export type Named = Omit<SteeringChoice, 'drops'>;

/** The same, and where in the survey each of the servers is. */
export interface NamedOfSurvey extends Named {
  readonly places: readonly number[];
  readonly dropCounts: DropCounts;
}

/** How often each label was given. */
export type DropCounts = Readonly<Record<DropLabel, number>>;

/** All of these are used by one decision at a time. */
const noted = new Survey();
const candidates = new Candidates();
const holders = new FileHolders();
const drops = new Drops();
const marks: number[] = [];
const ranks: number[] = [];
/** By label. */
const counts = new Int32Array(LABELS.length);

/**
 * Lays health (H, D), capacity (F), what the player told (S) and content (C) over the order of the network, names at most ten (L). Pure: the
 * choice follows from the inputs alone, so that a logged decision can be made again. Labels only: `explain` has words.
 */
export function chooseServers(inputs: SteeringInputs): SteeringChoice {
  const added = addedBps(inputs);
  noted.begin();
  for (const { siteId, ocas } of inputs.sites) {
    noted.addSite(
      siteId,
      ocas.map(({ ocaId }) => ocaId),
    );
    for (const [place, oca] of ocas.entries()) {
      const condition = conditionNumber(oca.condition);
      noted.addOca(place, condition, standingOf(condition, oca.loadBps + added > oca.capacityBps), oca.lacks);
    }
  }
  const { servers, fileSets, unserved } = nameServers(noted, inputs);
  return { servers, fileSets, unserved, drops: labelled(noteDrops(noted)) };
}

export const addedBps = ({ occasion, playBps }: Pick<SteeringInputs, 'occasion' | 'playBps'>): number =>
  occasion === 'start' ? playBps : 0;

/** The same of a survey, with no object for each label. */
export function nameServers(survey: Survey, { playBps, fileIds, reports }: Asked): NamedOfSurvey {
  drops.count = 0;
  candidates.find(survey, slowOcas(reports, playBps), drops);
  holders.read(survey, candidates, fileIds.length);
  holders.group();
  if (nameWithinLimit(survey, candidates, holders, marks)) holders.group(namedMask());
  noteLeftOut(survey);
  const places = namedPlaces();
  const servers = serversOf(survey, places);
  const { fileSets, unserved } = fileSetsOf(fileIds);
  return { servers, places, fileSets, unserved, dropCounts: countDrops() };
}

function countDrops(): DropCounts {
  counts.fill(0);
  for (let at = 0; at < drops.count; at++) {
    const label = drops.labels[at] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const of = (label: number): number => counts[label] ?? 0;
  return { H: of(H), D: of(D), F: of(F), S: of(S), C: of(C), L: of(L) };
}

/** Who was labelled with what: by the same number in both. */
export interface NotedDrops {
  readonly ocaIds: readonly string[];
  readonly labels: readonly number[];
}

/** Of the last decision, over this survey. */
export function noteDrops(survey: Survey): NotedDrops {
  const ocaIds: string[] = [];
  for (let at = 0; at < drops.count; at++) ocaIds.push(survey.ocaIdOf(drops.ocas[at] ?? 0));
  return { ocaIds, labels: drops.labels.slice(0, drops.count) };
}

export const labelled = ({ ocaIds, labels }: NotedDrops): SteeringDrop[] =>
  ocaIds.map((ocaId, at) => ({ ocaId, label: LABELS[labels[at] ?? 0] ?? 'H' }));

function namedMask(): Int32Array {
  const mask = new Int32Array(holders.width);
  for (let at = 0; at < candidates.count; at++)
    if (marks[at] === NAMED) mask[at >>> 5] = (mask[at >>> 5] ?? 0) | (1 << (at & 31));
  return mask;
}

function noteLeftOut({ lacks }: Survey): void {
  for (let at = 0; at < candidates.count; at++) {
    const oca = candidates.ocas[at] ?? 0;
    if ((lacks[oca]?.length ?? 0) > 0) drops.note(oca, C);
    if (marks[at] === WANTED) drops.note(oca, L);
  }
}

/** Also notes of each candidate that is named its place among the servers. */
function namedPlaces(): number[] {
  const places: number[] = [];
  for (let at = 0; at < candidates.count; at++)
    if (marks[at] === NAMED) ranks[at] = places.push(candidates.ocas[at] ?? 0) - 1;
  return places;
}

function serversOf(survey: Survey, places: readonly number[]): Named['servers'] {
  const servers: Named['servers'] = [];
  for (const oca of places) {
    const siteRank = survey.sites[oca] ?? 0;
    servers.push({ ocaId: survey.ocaIdOf(oca), siteId: survey.siteIds[siteRank] ?? '', siteRank });
  }
  return servers;
}

function fileSetsOf(fileIds: readonly string[]): Pick<Named, 'fileSets' | 'unserved'> {
  // Most plays get all files from all servers.
  if (holders.setCount === 1 && !holders.isEmpty(0))
    return { fileSets: [{ servers: ranksIn(0), fileIds: [...fileIds] }], unserved: [] };
  const unserved: string[] = [];
  const sets: Named['fileSets'] = [];
  for (let set = 0; set < holders.setCount; set++) sets.push({ servers: ranksIn(set), fileIds: [] });
  for (let file = 0; file < fileIds.length; file++) {
    const set = sets[holders.setOf[file] ?? 0];
    const of = set && set.servers.length > 0 ? set.fileIds : unserved;
    of.push(fileIds[file] ?? '');
  }
  return { fileSets: sets.filter(({ servers }) => servers.length > 0), unserved };
}

function ranksIn(set: number): number[] {
  const servers: number[] = [];
  for (let at = holders.next(set, 0); at >= 0; at = holders.next(set, at + 1))
    if (marks[at] === NAMED) servers.push(ranks[at] ?? 0);
  return servers;
}
