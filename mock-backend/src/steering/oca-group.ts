import { weightedDistance } from '../fleet/rendezvous.ts';

/** What the order of a site's OCAs depends on. */
export interface Spreadable {
  readonly ocaId: string;
  /** `hash32` of the id. */
  readonly hash: number;
  readonly capacityBps: number;
}

/**
 * OCAs that stand at one site, by id. Hashes and capacities lie side by side: ordering a group touches none of its
 * records, which are scattered over the memory of a large fleet.
 */
export interface OcaGroup<O> {
  readonly ocas: readonly O[];
  readonly hashes: Uint32Array<ArrayBuffer>;
  /** Follows the reports of the OCAs: see `RouteBook.noteCapacity`. */
  readonly capacitiesBps: Float64Array<ArrayBuffer>;
}

export function groupOf<O extends Spreadable>(ocas: readonly O[]): OcaGroup<O> {
  const sorted = ocas.length < 2 ? ocas : [...ocas].sort((a, b) => (a.ocaId < b.ocaId ? -1 : 1));
  return {
    ocas: sorted,
    hashes: Uint32Array.from(sorted, ({ hash }) => hash),
    capacitiesBps: Float64Array.from(sorted, ({ capacityBps }) => capacityBps),
  };
}

/**
 * Each play has its own order of a group; over many plays each OCA comes first in proportion to its capacity. Few of a
 * group are asked for, so the next is searched, not all sorted.
 */
export class SpreadOrder {
  #distances = new Float64Array(64);
  #count = 0;

  begin({ hashes, capacitiesBps }: OcaGroup<unknown>, playHash: number): void {
    this.#count = hashes.length;
    if (this.#count > this.#distances.length) this.#distances = new Float64Array(this.#count * 2);
    for (let at = 0; at < hashes.length; at++)
      this.#distances[at] = weightedDistance(playHash, hashes[at] ?? 0, capacitiesBps[at] ?? 0);
  }

  /** The place in the group of the one that comes next, or -1. */
  next(): number {
    const distances = this.#distances;
    let nearest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let at = 0; at < this.#count; at++) {
      const distance = distances[at] ?? 0;
      if (distance >= least) continue;
      least = distance;
      nearest = at;
    }
    if (nearest >= 0) distances[nearest] = Number.POSITIVE_INFINITY;
    return nearest;
  }
}
