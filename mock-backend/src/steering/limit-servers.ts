import type { Candidates } from './candidates.ts';
import type { FileHolders } from './file-holders.ts';
import type { Survey } from './survey.ts';

export const MAX_SERVERS = 10;
/** So many sites a file's servers shall stand at, where they exist: a site that is lost must not end a play. */
export const WANTED_SITES = 3;

/** Marks with 1 the candidates that are wanted, with 2 those that are named. */
export const [WANTED, NAMED] = [1, 2] as const;

/**
 * The best ten that hold something. First one for each set of files, so that none is lost because its holders rank
 * low; then the best of other sites, up to three sites a set; then by rank. Answers whether somebody wanted is not named.
 */
export function nameWithinLimit(
  survey: Survey,
  candidates: Candidates,
  holders: FileHolders,
  marks: number[],
): boolean {
  const { count } = candidates;
  let wanted = 0;
  for (let at = 0; at < count; at++) marks[at] = 0;
  for (let set = 0; set < holders.setCount; set++) {
    for (let at = holders.next(set, 0); at >= 0; at = holders.next(set, at + 1)) {
      if (marks[at] === WANTED) continue;
      marks[at] = WANTED;
      wanted++;
    }
  }
  if (wanted <= MAX_SERVERS) {
    for (let at = 0; at < count; at++) if (marks[at] === WANTED) marks[at] = NAMED;
    return false;
  }
  let left = MAX_SERVERS;
  for (let sites = 1; sites <= WANTED_SITES; sites++) {
    for (let set = 0; set < holders.setCount && left > 0; set++) {
      const next = newSiteIn(set, survey, candidates, holders, marks, sites);
      if (next < 0) continue;
      marks[next] = NAMED;
      left--;
    }
  }
  for (let at = 0; at < count && left > 0; at++) {
    if (marks[at] !== WANTED) continue;
    marks[at] = NAMED;
    left--;
  }
  return true;
}

/** Of each site the set and round in which it was reached last. */
const reachedIn: number[] = [];
let round = 0;

/** The best of a set at a site where none of it is named yet; -1 where it stands at so many sites, or no other. */
function newSiteIn(
  set: number,
  { sites, firstPlaces }: Survey,
  { ocas }: Candidates,
  holders: FileHolders,
  marks: readonly number[],
  wantedSites: number,
): number {
  round++;
  let reached = 0;
  for (let at = holders.next(set, 0); at >= 0; at = holders.next(set, at + 1)) {
    if (marks[at] !== NAMED) continue;
    const site = firstPlaces[sites[ocas[at] ?? 0] ?? 0] ?? 0;
    if (reachedIn[site] !== round) reached++;
    reachedIn[site] = round;
  }
  if (reached >= wantedSites) return -1;
  for (let at = holders.next(set, 0); at >= 0; at = holders.next(set, at + 1))
    if (reachedIn[firstPlaces[sites[ocas[at] ?? 0] ?? 0] ?? 0] !== round) return at;
  return -1;
}
