import type { LookedAtOca, LookedAtSite } from '@pressplay/protocol/messages';
import type { Address } from '@pressplay/protocol/routes';
import type { Location } from '../fleet/distance.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import { GOOD, standingOf } from './candidates.ts';
import { type FileList, HOLDS_NOTHING } from './content.ts';
import { EnoughForDecision, EnoughForReplay, type EnoughOcas } from './enough-ocas.ts';
import { type OcaGroup, SpreadOrder, STATE, STATE_SIZE, type SteerableOca } from './oca-group.ts';
import { distanceKmTo, type NearSite, NearSites, pointOf, type Routing } from './routing.ts';
import { CONDITIONS, conditionNumber, FAILING, SILENT, Survey } from './survey.ts';

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

/** The sites of a survey, in its order, and of each OCA in it the place among those of its site. */
export interface Sight<O> {
  readonly survey: Survey;
  readonly sites: readonly NearSite<O>[];
}

/** Used by one look at a time. */
const order = new SpreadOrder();
const survey = new Survey();
const places: number[] = [];

/** Surveys the nearest OCAs, until there are enough good ones. True until the next look. */
export function surveyAround<O extends SteerableOca>(question: LookAround<O>): Sight<O> {
  const enough = question.until === 'decision' ? new EnoughForDecision() : new EnoughForReplay();
  const playHash = hash32(question.playId);
  const near = new NearSites(question.routing, question.client);
  const sites: NearSite<O>[] = [];
  survey.begin();
  for (let site = near.next(); site; site = near.next()) {
    sites.push(site);
    survey.addSite(site.site.siteId);
    enough.beginSite(survey.firstPlaces[sites.length - 1] ?? 0);
    surveySite(site.group, playHash, question, enough);
    if (enough.reached()) break;
  }
  return { survey, sites };
}

function surveySite(
  group: OcaGroup<SteerableOca>,
  playHash: number,
  { files, addedBps, nowMs, healthDeadlineMs }: LookAround<SteerableOca>,
  enough: EnoughOcas,
): void {
  const { ocaIds, contents, state } = group;
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
    places[survey.count] = at;
    survey.addOca(ocaIds[at] ?? '', condition, capacityBps, loadBps, lacks);
    if (lacks.length > 0 || standingOf(condition, loadBps, capacityBps, addedBps) !== GOOD) continue;
    if (enough.isSiteDoneWith()) return;
  }
}

/** Notes the state of the nearest OCAs, until there are enough good ones: the survey, as the log keeps it. */
export function lookAround<O extends SteerableOca>(question: LookAround<O>): LookedAtSite[] {
  const { location } = question.client;
  const client = location && pointOf(location);
  const seen: LookedAtSite[] = [];
  let at = 0;
  for (const near of surveyAround(question).sites) {
    const { site, group, prefixLength, asPathLength, med } = near;
    const { siteId, siteClass } = site;
    const ocas: LookedAtOca[] = [];
    for (const end = survey.ends[seen.length] ?? 0; at < end; at++) ocas.push(noteOca(group, at, question.nowMs));
    const distanceKm = distanceKmTo(near, client);
    seen.push({ siteId, siteClass, prefixLength, asPathLength, med, distanceKm, ocas });
  }
  return seen;
}

/** Why an OCA is not healthy is said in words that exist already; of a healthy one there is nothing to say. */
function noteOca({ ocas, state }: OcaGroup<SteerableOca>, at: number, nowMs: number): LookedAtOca {
  const place = places[at] ?? 0;
  const condition = CONDITIONS[survey.conditions[at] ?? 0] ?? 'failing';
  const silentMs = nowMs - (state[place * STATE_SIZE + STATE.heardAtMs] ?? 0);
  const reason =
    condition === 'healthy'
      ? ''
      : condition === 'silent'
        ? `nothing heard for ${Math.round(silentMs)} ms`
        : (ocas[place]?.reason ?? '');
  return {
    ocaId: survey.ocaIds[at] ?? '',
    condition,
    reason,
    capacityBps: survey.capacitiesBps[at] ?? 0,
    loadBps: survey.loadsBps[at] ?? 0,
    // The messages have lists that may be written to; this one is shared, and nobody does.
    lacks: (survey.lacks[at] ?? []) as number[],
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
