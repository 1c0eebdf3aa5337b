import type { HealthReport } from '@pressplay/protocol/messages';
import { weightedDistance } from '../fleet/rendezvous.ts';
import type { Content } from './content.ts';
import { VERDICTS } from './survey.ts';

/** What steering asks of an OCA. */
export interface SteerableOca {
  readonly ocaId: string;
  /** `hash32` of the id. */
  readonly hash: number;
  readonly capacityBps: number;
  readonly loadBps: number;
  readonly verdict: HealthReport['verdict'];
  /** Why this verdict, in the words of the OCA. */
  readonly reason: string;
  /** Monotonic milliseconds of its last health report. */
  readonly heardAtMs: number;
  readonly content: Content | undefined;
}

/**
 * OCAs that stand at one site, by id, and what they said, side by side: their records are scattered over the memory of
 * a large fleet, and fetching those costs more than the decision. `noteState` keeps it true.
 */
export interface OcaGroup<O> {
  readonly ocas: readonly O[];
  readonly ocaIds: readonly string[];
  readonly contents: (Content | undefined)[];
  /** Why each has its verdict. */
  readonly reasons: string[];
  /** Of each OCA `STATE_SIZE` numbers, at the places of `STATE`. */
  readonly state: Float64Array<ArrayBuffer>;
}

export const STATE = { hash: 0, capacityBps: 1, loadBps: 2, heardAtMs: 3, verdict: 4 } as const;
export const STATE_SIZE = 5;

export function groupOf<O extends SteerableOca>(ocas: readonly O[]): OcaGroup<O> {
  const sorted = ocas.length < 2 ? ocas : [...ocas].sort((a, b) => (a.ocaId < b.ocaId ? -1 : 1));
  const group = {
    ocas: sorted,
    ocaIds: sorted.map(({ ocaId }) => ocaId),
    contents: sorted.map(({ content }) => content),
    reasons: sorted.map(({ reason }) => reason),
    state: new Float64Array(sorted.length * STATE_SIZE),
  };
  for (let at = 0; at < sorted.length; at++) writeState(group, at);
  return group;
}

/** An OCA of the group, or not of it, has said something new. */
export function noteState<O extends SteerableOca>(group: OcaGroup<O>, oca: O): void {
  const at = group.ocas.indexOf(oca);
  if (at >= 0) writeState(group, at);
}

function writeState({ ocas, contents, reasons, state }: OcaGroup<SteerableOca>, at: number): void {
  const oca = ocas[at];
  if (!oca) return;
  const from = at * STATE_SIZE;
  state[from + STATE.hash] = oca.hash;
  state[from + STATE.capacityBps] = oca.capacityBps;
  state[from + STATE.loadBps] = oca.loadBps;
  state[from + STATE.heardAtMs] = oca.heardAtMs;
  state[from + STATE.verdict] = VERDICTS.indexOf(oca.verdict);
  contents[at] = oca.content;
  reasons[at] = oca.reason;
}

/**
 * Each play has its own order of a group; over many plays each OCA comes first in proportion to its capacity. Few of a
 * group are asked for, so the next is searched, not all sorted.
 */
export class SpreadOrder {
  #distances = new Float64Array(64);
  #count = 0;

  begin({ ocas, state }: OcaGroup<unknown>, playHash: number): void {
    this.#count = ocas.length;
    if (this.#count > this.#distances.length) this.#distances = new Float64Array(this.#count * 2);
    for (let at = 0, from = 0; at < this.#count; at++, from += STATE_SIZE)
      this.#distances[at] = weightedDistance(
        playHash,
        state[from + STATE.hash] ?? 0,
        state[from + STATE.capacityBps] ?? 0,
      );
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
