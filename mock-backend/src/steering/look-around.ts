import type { LookedAtOca, LookedAtSite } from '@pressplay/protocol/messages';
import type { Address } from '@pressplay/protocol/routes';
import type { Location } from '../fleet/distance.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import { standingOf } from './choose-servers.ts';
import { type FileList, HOLDS_NOTHING } from './content.ts';
import { EnoughForDecision, EnoughForReplay, type EnoughOcas } from './enough-ocas.ts';
import { type OcaGroup, SpreadOrder, STATE, STATE_SIZE, type SteerableOca, VERDICTS } from './oca-group.ts';
import { type NearSite, nearSites, type Routing } from './routing.ts';

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

/** Used by one look at a time. */
const order = new SpreadOrder();

/** Notes the state of the nearest OCAs, until there are enough good ones. */
export function lookAround<O extends SteerableOca>(question: LookAround<O>): LookedAtSite[] {
  const { routing, client, playId, until } = question;
  const enough = until === 'decision' ? new EnoughForDecision() : new EnoughForReplay();
  const playHash = hash32(playId);
  const seen: LookedAtSite[] = [];
  for (const near of nearSites(routing, client)) {
    seen.push(lookAtSite(near, playHash, question, enough));
    if (enough.reached()) break;
  }
  return seen;
}

function lookAtSite<O extends SteerableOca>(
  { site, group, prefixLength, asPathLength, med, distanceKm }: NearSite<O>,
  playHash: number,
  question: LookAround<O>,
  enough: EnoughOcas,
): LookedAtSite {
  const { siteId, siteClass } = site;
  const ocas: LookedAtOca[] = [];
  enough.beginSite(siteId);
  order.begin(group, playHash);
  for (let at = order.next(); at >= 0; at = order.next()) {
    const oca = lookAtOca(group, at, question);
    ocas.push(oca);
    if (oca.lacks.length === 0 && standingOf(oca, question.addedBps) === 'good' && enough.isSiteDoneWith()) break;
  }
  return { siteId, siteClass, prefixLength, asPathLength, med, distanceKm, ocas };
}

/** Why an OCA is not healthy is said in words that exist already; of a healthy one there is nothing to say. */
function lookAtOca<O extends SteerableOca>(
  { ocas, ocaIds, contents, state }: OcaGroup<O>,
  at: number,
  { files, nowMs, healthDeadlineMs }: LookAround<O>,
): LookedAtOca {
  const from = at * STATE_SIZE;
  const silentMs = nowMs - (state[from + STATE.heardAtMs] ?? 0);
  const verdict = VERDICTS[state[from + STATE.verdict] ?? 0] ?? 'failing';
  const condition = silentMs > healthDeadlineMs ? 'silent' : verdict;
  const reason =
    condition === 'healthy'
      ? ''
      : condition === 'silent'
        ? `nothing heard for ${Math.round(silentMs)} ms`
        : (ocas[at]?.reason ?? '');
  return {
    ocaId: ocaIds[at] ?? '',
    condition,
    reason,
    capacityBps: state[from + STATE.capacityBps] ?? 0,
    loadBps: state[from + STATE.loadBps] ?? 0,
    // The messages have lists that may be written to; this one is shared, and nobody does.
    lacks: (contents[at] ?? HOLDS_NOTHING).lacks(files) as number[],
  };
}

/** Of what was noted, the part that a decision looks at. A decision made of the whole is the one made of the part. */
export function decisionPart(noted: readonly LookedAtSite[], addedBps: number): LookedAtSite[] {
  const enough = new EnoughForDecision();
  const part: LookedAtSite[] = [];
  for (const site of noted) {
    enough.beginSite(site.siteId);
    const last = site.ocas.findIndex(
      (oca) => oca.lacks.length === 0 && standingOf(oca, addedBps) === 'good' && enough.isSiteDoneWith(),
    );
    part.push(last < 0 || last === site.ocas.length - 1 ? site : { ...site, ocas: site.ocas.slice(0, last + 1) });
    if (enough.reached()) break;
  }
  return part;
}
