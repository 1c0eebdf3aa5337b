import type { HealthReport, SiteInfo } from '@pressplay/protocol/messages';
import type { AnnouncedRoutes } from '../steering/route-book.ts';
import { hash32 } from './rendezvous.ts';

/** A report as this region keeps it: when it was heard, on the monotonic clock. */
export interface Heard<T> {
  readonly value: T;
  readonly atMs: number;
}

/** Of films asked for lately; a list is shared by all plays of a film on alike devices. */
const REMEMBERED_LISTS = 64;
const NOTHING: ReadonlySet<string> = new Set();

/** What one OCA reported. Routing holds on to the record, so that a decision reads the newest state without a search. */
export class OcaRecord {
  readonly ocaId: string;
  readonly hash: number;
  site: SiteInfo | undefined;
  health: Heard<HealthReport> | undefined;
  routes: AnnouncedRoutes | undefined;
  routesAtMs = Number.NEGATIVE_INFINITY;
  #inventory: Heard<ReadonlySet<string>> | undefined;
  #lacks = new Map<readonly string[], number[]>();
  /** Bit rates of the plays that were given to it since its last report. */
  givenBps = 0;

  constructor(ocaId: string) {
    this.ocaId = ocaId;
    this.hash = hash32(ocaId);
  }

  get capacityBps(): number {
    return this.health?.value.capacityBps ?? 0;
  }

  get loadBps(): number {
    return (this.health?.value.trafficBps ?? 0) + this.givenBps;
  }

  get inventory(): Heard<ReadonlySet<string>> | undefined {
    return this.#inventory;
  }

  set inventory(heard: Heard<ReadonlySet<string>> | undefined) {
    if (heard?.value !== this.#inventory?.value) this.#lacks.clear();
    this.#inventory = heard;
  }

  get fileIds(): ReadonlySet<string> {
    return this.#inventory?.value ?? NOTHING;
  }

  /** Indices of the files it does not hold. Remembered for lists that come again as the same array. */
  lacks(fileIds: readonly string[]): number[] {
    const known = this.#lacks.get(fileIds);
    if (known) return known;
    const lacks = fileIds.flatMap((fileId, at) => (this.fileIds.has(fileId) ? [] : [at]));
    if (this.#lacks.size >= REMEMBERED_LISTS) this.#lacks.clear();
    this.#lacks.set(fileIds, lacks);
    return lacks;
  }
}
