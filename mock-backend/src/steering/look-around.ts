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
  /** Indices of the files it does not hold. */
  lacks(fileIds: readonly string[]): number[];
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
  const needed = enough.neededOfNext();
  let good = 0;
  for (const oca of spreadOrder(all, playHash)) {
    const lacks = oca.lacks(fileIds);
    const { condition, reason } = conditionOf(oca);
    const { ocaId, capacityBps, loadBps } = oca;
    const seen = { ocaId, condition, reason, capacityBps, loadBps, lacks };
    ocas.push(seen);
    if (lacks.length > 0 || standingOf(seen, addedBps) !== 'good') continue;
    enough.note(site);
    if (++good === needed) break;
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

/** Counts the good OCAs that hold everything. Those that hold a part help, but are not counted on. */
class Enough {
  readonly #completeAt = new Map<string, number>();
  #complete = 0;

  note({ siteId }: SiteInfo): void {
    this.#complete++;
    this.#completeAt.set(siteId, (this.#completeAt.get(siteId) ?? 0) + 1);
  }

  reached(): boolean {
    return this.#completeAt.size > WANTED_SITES && this.#withoutLargest() >= MAX_SERVERS;
  }

  /** So many of the next site are all that could be named; at least one, for its place among the sites. */
  neededOfNext(): number {
    return Math.max(1, MAX_SERVERS - this.#withoutLargest());
  }

  #withoutLargest(): number {
    let largest = 0;
    for (const count of this.#completeAt.values()) largest = Math.max(largest, count);
    return this.#complete - largest;
  }
}
