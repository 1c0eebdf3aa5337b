import type { LookedAtOca, LookedAtSite, OcaCondition, SiteInfo } from '@pressplay/protocol/messages';
import type { Location } from '../fleet/distance.ts';
import { hash32, weightedDistance } from '../fleet/rendezvous.ts';
import type { Address } from './address.ts';
import { MAX_SERVERS, standingOf, WANTED_SITES } from './choose-servers.ts';
import { type NearSite, nearSites, type Routing } from './routing.ts';

/** What steering asks of an OCA. */
export interface SteerableOca {
  readonly ocaId: string;
  /** `hash32` of the id. */
  readonly hash: number;
  readonly capacityBps: number;
  readonly loadBps: number;
  holds(fileId: string): boolean;
}

export interface LookAround<O extends SteerableOca> {
  readonly routing: Routing<O>;
  readonly client: { readonly address: Address; readonly location: Location | undefined };
  readonly playId: string;
  readonly fileIds: readonly string[];
  /** What the play adds to the load of an OCA. */
  readonly addedBps: number;
  readonly conditionOf: (oca: O) => { readonly condition: OcaCondition; readonly reason: string };
}

const HOLDS_ALL: number[] = [];

/**
 * Notes the state of the nearest OCAs, until there are enough good ones: ten at three sites, and as many again if any
 * one site were gone, so that a logged decision can be replayed without it.
 */
export function lookAround<O extends SteerableOca>(question: LookAround<O>): LookedAtSite[] {
  const { routing, client, playId } = question;
  const enough = new Enough();
  const playHash = hash32(playId);
  const seen: LookedAtSite[] = [];
  for (const near of nearSites(routing, client)) {
    seen.push(lookAtSite(near, playHash, question, enough));
    if (enough.reached()) break;
  }
  return seen;
}

function lookAtSite<O extends SteerableOca>(
  { site, ocas: all, prefixLength, asPathLength, med, distanceKm }: NearSite<O>,
  playHash: number,
  { fileIds, addedBps, conditionOf }: LookAround<O>,
  enough: Enough,
): LookedAtSite {
  const ocas: LookedAtOca[] = [];
  let good = 0;
  for (const oca of spreadOrder(all, playHash)) {
    const lacks = lackedBy(oca, fileIds);
    const { condition, reason } = conditionOf(oca);
    const { ocaId, capacityBps, loadBps } = oca;
    const seen = { ocaId, condition, reason, capacityBps, loadBps, lacks };
    ocas.push(seen);
    if (lacks.length > 0 || standingOf(seen, addedBps) !== 'good') continue;
    enough.note(site);
    if (++good === MAX_SERVERS) break;
  }
  const { siteId, siteClass } = site;
  return { siteId, siteClass, prefixLength, asPathLength, med, distanceKm, ocas };
}

/** Each play has its own order of a site's OCAs; over many plays each comes first in proportion to its capacity. */
export function spreadOrder<O extends SteerableOca>(ocas: readonly O[], playHash: number): readonly O[] {
  if (ocas.length < 2) return ocas;
  return ocas
    .map((oca) => ({ oca, order: weightedDistance(playHash, oca.hash, oca.capacityBps) }))
    .sort((a, b) => a.order - b.order || (a.oca.ocaId < b.oca.ocaId ? -1 : 1))
    .map(({ oca }) => oca);
}

function lackedBy(oca: SteerableOca, fileIds: readonly string[]): number[] {
  let lacks = HOLDS_ALL;
  for (let file = 0; file < fileIds.length; file++) {
    if (oca.holds(fileIds[file] ?? '')) continue;
    if (lacks === HOLDS_ALL) lacks = [];
    lacks.push(file);
  }
  return lacks;
}

/** Counts the good OCAs that hold everything. Those that hold a part help, but are not counted on. */
class Enough {
  readonly #completeAt = new Map<string, number>();
  #complete = 0;

  note({ siteId }: SiteInfo): void {
    this.#complete++;
    this.#completeAt.set(siteId, (this.#completeAt.get(siteId) ?? 0) + 1);
  }

  reached(): boolean {
    if (this.#completeAt.size <= WANTED_SITES) return false;
    return this.#complete - Math.max(...this.#completeAt.values()) >= MAX_SERVERS;
  }
}
