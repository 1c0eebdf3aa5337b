import type { LookedAtOca, LookedAtSite } from '@pressplay/protocol/messages';
import type { Address } from '@pressplay/protocol/routes';
import type { Location } from '../fleet/distance.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import { GOOD, standingOf } from './candidates.ts';
import { type FileList, HOLDS_NOTHING } from './content.ts';
import { EnoughForDecision, EnoughForReplay, type EnoughOcas } from './enough-ocas.ts';
import { type OcaGroup, SpreadOrder, STATE, STATE_SIZE, type SteerableOca } from './oca-group.ts';
import { distanceKmTo, type NearSite, NearSites, type Point, pointOf, type Routing } from './routing.ts';
import { CONDITIONS, conditionNumber, FAILING, HEALTHY, SILENT, Survey } from './survey.ts';

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
const survey = new Survey();
/** Of each OCA of the survey: why its condition, and for how long nothing was heard. */
const reasons: string[] = [];
const silencesMs: number[] = [];

/** Surveys the nearest OCAs, until there are enough good ones. True until the next look. */
export function surveyAround<O extends SteerableOca>(question: LookAround<O>): Sight<O> {
  const forDecision = new EnoughForDecision();
  const forReplay = question.until === 'replay' ? new EnoughForReplay() : undefined;
  const playHash = hash32(question.playId);
  const near = new NearSites(question.routing, question.client);
  const sites: NearSite<O>[] = [];
  let [decidedSites, decidedOcas, isDecided] = [0, 0, false];
  survey.begin();
  for (let site = near.next(); site; site = near.next()) {
    sites.push(site);
    survey.addSite(site.site.siteId);
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

/** Answers how many of the OCAs are for the decision. */
function surveySite(
  group: OcaGroup<SteerableOca>,
  playHash: number,
  { files, addedBps, nowMs, healthDeadlineMs }: LookAround<SteerableOca>,
  forDecision: EnoughOcas | undefined,
  forReplay: EnoughOcas | undefined,
): number {
  const { ocaIds, contents, state } = group;
  const before = survey.count;
  let decided = forDecision ? Number.POSITIVE_INFINITY : 0;
  // Those of a site often hold the same.
  let [content, lacks] = [HOLDS_NOTHING, HOLDS_NOTHING.lacks(files)];
  order.begin(group, playHash);
  for (let at = order.next(); at >= 0; at = order.next()) {
    const from = at * STATE_SIZE;
    const silentMs = nowMs - (state[from + STATE.heardAtMs] ?? 0);
    const condition = silentMs > healthDeadlineMs ? SILENT : (state[from + STATE.verdict] ?? FAILING);
    const capacityBps = state[from + STATE.capacityBps] ?? 0;
    const loadBps = state[from + STATE.loadBps] ?? 0;
    const held = contents[at] ?? HOLDS_NOTHING;
    if (held !== content) [content, lacks] = [held, held.lacks(files)];
    silencesMs[survey.count] = silentMs;
    reasons[survey.count] = condition === HEALTHY ? '' : (group.reasons[at] ?? '');
    const isDecided = survey.count - before >= decided;
    survey.addOca(ocaIds[at] ?? '', condition, capacityBps, loadBps, lacks, isDecided ? 1 : 0);
    if (lacks.length > 0 || standingOf(condition, loadBps, capacityBps, addedBps) !== GOOD) continue;
    if (!isDecided && forDecision?.isSiteDoneWith()) decided = survey.count - before;
    if (forReplay ? forReplay.isSiteDoneWith() : decided <= survey.count - before) break;
  }
  return Math.min(decided, survey.count - before);
}

/** A look as it is kept until somebody reads the log: few objects, as most are never read. */
export interface NotedLook {
  readonly sites: readonly NearSite<unknown>[];
  /** Of each site, where its OCAs end. */
  readonly ends: readonly number[];
  readonly ocaIds: readonly string[];
  readonly reasons: readonly string[];
  readonly lacks: readonly (readonly number[])[];
  /** Of each OCA `FACTS` numbers: condition, capacity, load, silence. */
  readonly facts: readonly number[];
  readonly client: Point | undefined;
}

const FACTS = 4;
const facts: number[] = [];

/** Notes the last look, which found these sites. */
export function noteLook(sites: readonly NearSite<unknown>[], location: Location | undefined): NotedLook {
  const { count, siteCount, conditions, capacitiesBps, loadsBps } = survey;
  for (let oca = 0, at = 0; oca < count; oca++) {
    facts[at++] = conditions[oca] ?? 0;
    facts[at++] = capacitiesBps[oca] ?? 0;
    facts[at++] = loadsBps[oca] ?? 0;
    facts[at++] = silencesMs[oca] ?? 0;
  }
  return {
    sites,
    ends: survey.ends.slice(0, siteCount),
    ocaIds: survey.ocaIds.slice(0, count),
    reasons: reasons.slice(0, count),
    lacks: survey.lacks.slice(0, count),
    facts: facts.slice(0, count * FACTS),
    client: location && pointOf(location),
  };
}

/** A noted look in the words of the log. */
export function spellOut(noted: NotedLook): LookedAtSite[] {
  let at = 0;
  return noted.sites.map((near, place) => {
    const { site, prefixLength, asPathLength, med } = near;
    const { siteId, siteClass } = site;
    const ocas: LookedAtOca[] = [];
    for (const end = noted.ends[place] ?? 0; at < end; at++) ocas.push(spellOutOca(noted, at));
    const distanceKm = distanceKmTo(near, noted.client);
    return { siteId, siteClass, prefixLength, asPathLength, med, distanceKm, ocas };
  });
}

/** The state of the nearest OCAs, as the log has it. */
export function lookAround<O extends SteerableOca>(question: LookAround<O>): LookedAtSite[] {
  return spellOut(noteLook(surveyAround(question).sites, question.client.location));
}

/** Of a healthy one there is nothing to say. */
function spellOutOca({ ocaIds, reasons, lacks, facts }: NotedLook, at: number): LookedAtOca {
  const [condition = FAILING, capacityBps = 0, loadBps = 0, silentMs = 0] = facts.slice(at * FACTS, (at + 1) * FACTS);
  const why = condition === SILENT ? `nothing heard for ${Math.round(silentMs)} ms` : (reasons[at] ?? '');
  return {
    ocaId: ocaIds[at] ?? '',
    condition: CONDITIONS[condition] ?? 'failing',
    reason: condition === HEALTHY ? '' : why,
    capacityBps,
    loadBps,
    lacks: [...(lacks[at] ?? [])],
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
        standingOf(conditionNumber(condition), loadBps, capacityBps, addedBps) === GOOD &&
        enough.isSiteDoneWith(),
    );
    part.push(last < 0 || last === site.ocas.length - 1 ? site : { ...site, ocas: site.ocas.slice(0, last + 1) });
    if (enough.reached()) break;
  }
  return part;
}
