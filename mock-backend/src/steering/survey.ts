import type { HealthReport, OcaCondition } from '@pressplay/protocol/messages';

const FEW = 64;

/** Conditions by number. The first are the verdicts, in the order of `VERDICTS`. */
export const VERDICTS: readonly HealthReport['verdict'][] = ['healthy', 'saturated', 'draining', 'failing'];
export const CONDITIONS: readonly OcaCondition[] = [...VERDICTS, 'silent'];
export const [HEALTHY, SATURATED, DRAINING, FAILING, SILENT] = [0, 1, 2, 3, 4] as const;

/**
 * What a decision depends on, OCA by OCA, as numbers side by side: a play looks at two dozens, and an object for each
 * would cost more than the choice. One is used again and again, by one decision at a time.
 */
export class Survey {
  siteCount = 0;
  readonly siteIds: string[] = [];
  /** Of each site the first place with the same id: a site comes again where its OCAs announce different prefixes. */
  readonly firstPlaces: number[] = [];
  /** Of each site, where its OCAs end. */
  readonly ends: number[] = [];
  count = 0;
  readonly ocaIds: string[] = [];
  /** Places in the play's list of files. */
  readonly lacks: (readonly number[])[] = [];
  /** Of each OCA the place of its site. */
  sites = new Int32Array(FEW);
  /** As in `CONDITIONS`. */
  conditions = new Uint8Array(FEW);
  capacitiesBps = new Float64Array(FEW);
  loadsBps = new Float64Array(FEW);
  /** Of those noted for the log alone 1: the decision does not look at them. */
  beyond = new Uint8Array(FEW);

  begin(): void {
    this.siteCount = 0;
    this.count = 0;
  }

  /** The OCAs that follow stand there. */
  addSite(siteId: string): void {
    const place = this.siteCount++;
    this.siteIds[place] = siteId;
    this.firstPlaces[place] = this.siteIds.indexOf(siteId);
    this.ends[place] = this.count;
  }

  addOca(
    ocaId: string,
    condition: number,
    capacityBps: number,
    loadBps: number,
    lacks: readonly number[],
    beyond = 0,
  ): void {
    const at = this.count;
    if (at === this.sites.length) this.#grow();
    const site = this.siteCount - 1;
    this.ocaIds[at] = ocaId;
    this.lacks[at] = lacks;
    this.sites[at] = site;
    this.conditions[at] = condition;
    this.capacitiesBps[at] = capacityBps;
    this.loadsBps[at] = loadBps;
    this.beyond[at] = beyond;
    this.count = at + 1;
    this.ends[site] = this.count;
  }

  #grow(): void {
    const size = this.sites.length * 2;
    const { sites, conditions, capacitiesBps, loadsBps, beyond } = this;
    this.sites = new Int32Array(size);
    this.sites.set(sites);
    this.conditions = new Uint8Array(size);
    this.conditions.set(conditions);
    this.capacitiesBps = new Float64Array(size);
    this.capacitiesBps.set(capacitiesBps);
    this.loadsBps = new Float64Array(size);
    this.loadsBps.set(loadsBps);
    this.beyond = new Uint8Array(size);
    this.beyond.set(beyond);
  }
}

const NUMBERS: Readonly<Record<OcaCondition, number>> = {
  healthy: HEALTHY,
  saturated: SATURATED,
  draining: DRAINING,
  failing: FAILING,
  silent: SILENT,
};

export const conditionNumber = (condition: OcaCondition): number => NUMBERS[condition];
