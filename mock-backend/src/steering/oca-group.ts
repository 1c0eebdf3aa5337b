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

/** The same where nothing but its load is new. */
export function noteLoad<O extends SteerableOca>({ ocas, state }: OcaGroup<O>, oca: O): void {
  const at = ocas.indexOf(oca);
  if (at >= 0) state[at * STATE_SIZE + STATE.loadBps] = oca.loadBps;
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

/** So many are sorted at once; of more, each next one is searched. */
const SORTED_UP_TO = 24;

/** Each play has its own order of a group; over many plays each OCA comes first in proportion to its capacity. */
export class SpreadOrder {
  #distances = new Float64Array(64);
  /** Places in the group. */
  #places = new Int32Array(64);
  #count = 0;
  #taken = 0;

  begin({ ocas, state }: OcaGroup<unknown>, playHash: number): void {
    this.#count = ocas.length;
    this.#taken = 0;
    if (this.#count > this.#distances.length) {
      this.#distances = new Float64Array(this.#count * 2);
      this.#places = new Int32Array(this.#count * 2);
    }
    for (let at = 0, from = 0; at < this.#count; at++, from += STATE_SIZE) {
      this.#distances[at] = weightedDistance(
        playHash,
        state[from + STATE.hash] ?? 0,
        state[from + STATE.capacityBps] ?? 0,
      );
      this.#places[at] = at;
      if (this.#count <= SORTED_UP_TO) this.#sink(at, 0);
    }
  }

  /** The place in the group of the one that comes next, or -1. Who has no capacity never comes. */
  next(): number {
    const at = this.#taken;
    if (at === this.#count) return -1;
    if (this.#count > SORTED_UP_TO) this.#sink(this.#nearest(), at);
    this.#taken++;
    return (this.#distances[at] ?? 0) < Number.POSITIVE_INFINITY ? (this.#places[at] ?? 0) : -1;
  }

  /** Moves it before all that are further away, but not before `lowest`; equals keep their order. */
  #sink(from: number, lowest: number): void {
    const distances = this.#distances;
    const places = this.#places;
    const distance = distances[from] ?? 0;
    const place = places[from] ?? 0;
    let at = from;
    for (; at > lowest && (distances[at - 1] ?? 0) > distance; at--) {
      distances[at] = distances[at - 1] ?? 0;
      places[at] = places[at - 1] ?? 0;
    }
    distances[at] = distance;
    places[at] = place;
  }

  /** The first of the nearest that were not taken. */
  #nearest(): number {
    const distances = this.#distances;
    let nearest = this.#taken;
    for (let at = nearest + 1; at < this.#count; at++)
      if ((distances[at] ?? 0) < (distances[nearest] ?? 0)) nearest = at;
    return nearest;
  }
}
