import type { LookedAtOca, LookedAtSite } from '@pressplay/protocol/messages';
import type { Address } from '@pressplay/protocol/routes';
import type { Location } from '../fleet/distance.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import { BEYOND, GOOD, standingOf } from './candidates.ts';
import { type FileList, HOLDS_NOTHING } from './content.ts';
import { EnoughForDecision, EnoughForReplay, type EnoughOcas } from './enough-ocas.ts';
import { type OcaGroup, SpreadOrder, STATE, STATE_SIZE, type SteerableOca } from './oca-group.ts';
import { distanceKmTo, type NearSite, NearSites, type Point, pointOf, type Routing } from './routing.ts';
import { CONDITIONS, conditionNumber, FAILING, HEALTHY, SILENT, Survey } from './survey.ts';
import { Ties } from './ties.ts';

export interface LookAround<O extends SteerableOca> {
  readonly routing: Routing<O>;
  readonly client: { readonly address: Address; readonly location: Location | undefined };
  readonly playId: string;
  readonly files: FileList;
  /** What the play adds to the load of an OCA. */
  readonly addedBps: number;
  /**
   * `decision`: no further than the decision needs. `replay`: also what the decision without any one site would need,
   * for the log.
   */
  readonly until: 'decision' | 'replay';
  readonly nowMs: number;
  /** An OCA from which nothing was heard for longer is not named. */
  readonly healthDeadlineMs: number;
}

/** A survey, and what of it the decision looks at: the first so many sites, and so many OCAs. */
export interface Sight<O> {
  readonly survey: Survey;
  readonly sites: readonly NearSite<O>[];
  readonly decidedSites: number;
  readonly decidedOcas: number;
}

/** Used by one look at a time. */
const order = new SpreadOrder();
const ties = new Ties();
const survey = new Survey();
let surveyedAtMs = 0;

/** Surveys the nearest OCAs, until there are enough good ones. True until the next look. */
export function surveyAround<O extends SteerableOca>(question: LookAround<O>): Sight<O> {
  const forDecision = new EnoughForDecision();
  const forReplay = question.until === 'replay' ? new EnoughForReplay() : undefined;
  const playHash = hash32(question.playId);
  const near = new NearSites(question.routing, question.client, ties);
  const sites: NearSite<O>[] = [];
  let [decidedSites, decidedOcas, isDecided] = [0, 0, false];
  survey.begin();
  surveyedAtMs = question.nowMs;
  for (let site = near.next(); site; site = near.next()) {
    sites.push(site);
    survey.addSite(site.site.siteId, site.group.ocaIds, site.site);
    const first = survey.firstPlaces[sites.length - 1] ?? 0;
    if (!isDecided) forDecision.beginSite(first);
    forReplay?.beginSite(first);
    decidedOcas += surveySite(site.group, playHash, question, isDecided ? undefined : forDecision, forReplay);
    if (!isDecided) decidedSites = sites.length;
    isDecided ||= forDecision.reached();
    if (forReplay ? forReplay.reached() : isDecided) break;
  }
  return { survey, sites, decidedSites, decidedOcas };
}

/** The OCAs at these places of the survey. */
export function ocasAt<O>({ survey, sites }: Sight<O>, places: readonly number[]): readonly O[] {
  const ocas: O[] = [];
  for (const place of places) {
    const oca = sites[survey.sites[place] ?? 0]?.group.ocas[survey.places[place] ?? 0];
    if (oca) ocas.push(oca);
  }
  return ocas;
}

/** Answers how many of the OCAs are for the decision. */
function surveySite(
  group: OcaGroup<SteerableOca>,
  playHash: number,
  { files, addedBps, nowMs, healthDeadlineMs }: LookAround<SteerableOca>,
  forDecision: EnoughOcas | undefined,
  forReplay: EnoughOcas | undefined,
): number {
  const { contents, state } = group;
  const before = survey.count;
  let decided = forDecision ? Number.POSITIVE_INFINITY : 0;
  // Those of a site often hold the same.
  let content = HOLDS_NOTHING;
  let lacks = content.lacks(files);
  order.begin(group, playHash);
  for (let at = order.next(); at >= 0; at = order.next()) {
    const from = at * STATE_SIZE;
    const isSilent = nowMs - (state[from + STATE.heardAtMs] ?? 0) > healthDeadlineMs;
    const condition = isSilent ? SILENT : (state[from + STATE.verdict] ?? FAILING);
    const capacityBps = state[from + STATE.capacityBps] ?? 0;
    const loadBps = state[from + STATE.loadBps] ?? 0;
    const held = contents[at] ?? HOLDS_NOTHING;
    if (held !== content) lacks = held.lacks(files);
    content = held;
    const isDecided = survey.count - before >= decided;
    const standing = standingOf(condition, loadBps + addedBps > capacityBps);
    survey.addOca(at, condition, isDecided ? BEYOND : standing, lacks);
    if (lacks.length > 0 || standing !== GOOD) continue;
    if (!isDecided && forDecision?.isSiteDoneWith()) decided = survey.count - before;
    if (forReplay ? forReplay.isSiteDoneWith() : decided <= survey.count - before) break;
  }
  return Math.min(decided, survey.count - before);
}

/** A look as it is kept until somebody reads the log: few objects, as most are never read. */
export interface NotedLook {
  readonly sites: readonly NearSite<SteerableOca>[];
  /** Of each site, where its OCAs end. */
  readonly ends: readonly number[];
  /** Of those that say why they are not well, in their order. */
  readonly reasons: readonly string[];
  readonly lacks: readonly (readonly number[])[];
  /** Of each OCA `FACTS` numbers: place at its site, condition, capacity, load, silence. */
  readonly facts: readonly number[];
  readonly client: Point | undefined;
}

const FACTS = 5;
const facts: number[] = [];

/** Notes the last look, which found these sites, before anything is heard of their OCAs. */
export function noteLook(sites: readonly NearSite<SteerableOca>[], location: Location | undefined): NotedLook {
  const { count, siteCount, ends, places, conditions } = survey;
  const reasons: string[] = [];
  let [oca, at] = [0, 0];
  for (let site = 0; site < siteCount; site++) {
    const { group } = sites[site] ?? {};
    for (const end = ends[site] ?? 0; group && oca < end; oca++) {
      const [place = 0, condition = FAILING] = [places[oca], conditions[oca]];
      if (saysWhy(condition)) reasons.push(group.reasons[place] ?? '');
      const from = place * STATE_SIZE;
      facts[at++] = place;
      facts[at++] = condition;
      facts[at++] = group.state[from + STATE.capacityBps] ?? 0;
      facts[at++] = group.state[from + STATE.loadBps] ?? 0;
      facts[at++] = surveyedAtMs - (group.state[from + STATE.heardAtMs] ?? 0);
    }
  }
  return {
    sites,
    ends: ends.slice(0, siteCount),
    reasons,
    lacks: survey.lacks.slice(0, count),
    facts: facts.slice(0, count * FACTS),
    client: location && pointOf(location),
  };
}

/** Of a healthy one there is nothing to say, and a silent one cannot. */
const saysWhy = (condition: number): boolean => condition !== HEALTHY && condition !== SILENT;

/** A noted look in the words of the log. */
export function spellOut(noted: NotedLook): LookedAtSite[] {
  const { sites, ends, client } = noted;
  let [oca, reasonsRead] = [0, 0];
  return sites.map((near, place) => {
    const { site, prefixLength, asPathLength, med } = near;
    const { siteId, siteClass } = site;
    const ocas: LookedAtOca[] = [];
    for (const end = ends[place] ?? 0; oca < end; oca++) {
      const said = saysWhy(noted.facts[oca * FACTS + 1] ?? FAILING) ? noted.reasons[reasonsRead++] : undefined;
      ocas.push(spellOutOca(noted, near.group.ocaIds, oca, said));
    }
    return { siteId, siteClass, prefixLength, asPathLength, med, distanceKm: distanceKmTo(near, client), ocas };
  });
}

/** The state of the nearest OCAs, as the log has it. */
export function lookAround<O extends SteerableOca>(question: LookAround<O>): LookedAtSite[] {
  return spellOut(noteLook(surveyAround(question).sites, question.client.location));
}

function spellOutOca(
  { lacks, facts }: NotedLook,
  ocaIds: readonly string[],
  oca: number,
  said: string | undefined,
): LookedAtOca {
  const from = oca * FACTS;
  const condition = facts[from + 1] ?? FAILING;
  const lacked = lacks[oca] ?? [];
  return {
    ocaId: ocaIds[facts[from] ?? 0] ?? '',
    condition: CONDITIONS[condition] ?? 'failing',
    reason: condition === SILENT ? `nothing heard for ${Math.round(facts[from + 4] ?? 0)} ms` : (said ?? ''),
    capacityBps: facts[from + 2] ?? 0,
    loadBps: facts[from + 3] ?? 0,
    lacks: lacked.length === 0 ? [] : [...lacked],
  };
}

/** Of what was noted, the part that a decision looks at. A decision made of the whole is the one made of the part. */
export function decisionPart(noted: readonly LookedAtSite[], addedBps: number): LookedAtSite[] {
  const enough = new EnoughForDecision();
  const part: LookedAtSite[] = [];
  for (const site of noted) {
    enough.beginSite(site.siteId);
    const last = site.ocas.findIndex(
      ({ lacks, condition, loadBps, capacityBps }) =>
        lacks.length === 0 &&
        standingOf(conditionNumber(condition), loadBps + addedBps > capacityBps) === GOOD &&
        enough.isSiteDoneWith(),
    );
    part.push(last < 0 || last === site.ocas.length - 1 ? site : { ...site, ocas: site.ocas.slice(0, last + 1) });
    if (enough.reached()) break;
  }
  return part;
}
