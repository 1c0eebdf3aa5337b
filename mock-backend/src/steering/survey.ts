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
  /** Of each site the ids of OCAs, at their places there: only those that are named are read. */
  readonly #idsAt: (readonly string[])[] = [];
  /** Of each site what it is known by. */
  readonly #keys: unknown[] = [];
  /** Of each site the first place with the same key: a site comes again where its OCAs announce different prefixes. */
  readonly firstPlaces: number[] = [];
  /** Of each site, where its OCAs end. */
  readonly ends: number[] = [];
  count = 0;
  /** Of each OCA its place at its site. */
  places = new Int32Array(FEW);
  /** Places in the play's list of files. */
  readonly lacks: (readonly number[])[] = [];
  /** Of each OCA the place of its site. */
  sites = new Int32Array(FEW);
  /** As in `CONDITIONS`. */
  conditions = new Uint8Array(FEW);
  /** Whether it may be named, as in `candidates.ts`. */
  standings = new Uint8Array(FEW);

  begin(): void {
    this.siteCount = 0;
    this.count = 0;
  }

  /** The OCAs that follow stand there. `key`: the same where the site is the same; an object is compared sooner than a text. */
  addSite(siteId: string, ocaIds: readonly string[], key: unknown = siteId): void {
    const place = this.siteCount++;
    this.#keys[place] = key;
    this.siteIds[place] = siteId;
    this.#idsAt[place] = ocaIds;
    this.firstPlaces[place] = this.#keys.indexOf(key);
    this.ends[place] = this.count;
  }

  addOca(place: number, condition: number, standing: number, lacks: readonly number[]): void {
    const at = this.count;
    if (at === this.sites.length) this.#grow();
    const site = this.siteCount - 1;
    this.places[at] = place;
    this.lacks[at] = lacks;
    this.sites[at] = site;
    this.conditions[at] = condition;
    this.standings[at] = standing;
    this.count = at + 1;
    this.ends[site] = this.count;
  }

  ocaIdOf(oca: number): string {
    return this.#idsAt[this.sites[oca] ?? 0]?.[this.places[oca] ?? 0] ?? '';
  }

  #grow(): void {
    const size = this.sites.length * 2;
    const { places, sites, conditions, standings } = this;
    this.places = new Int32Array(size);
    this.places.set(places);
    this.sites = new Int32Array(size);
    this.sites.set(sites);
    this.conditions = new Uint8Array(size);
    this.conditions.set(conditions);
    this.standings = new Uint8Array(size);
    this.standings.set(standings);
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
