export interface LivenessRule {
  readonly copiesNeeded: number;
  readonly sitesNeeded: number;
}

export interface Liveness {
  readonly live: boolean;
  /** OCAs that hold every file of the title. */
  readonly copies: number;
  readonly sites: number;
  readonly reason: string;
}

/** Whether a title is live, without counting further than that takes: a popular one lies on thousands of OCAs. */
export class LivenessCount {
  readonly #rule: LivenessRule;
  readonly #sites: string[] = [];
  #copies = 0;

  constructor(rule: LivenessRule) {
    this.#rule = rule;
  }

  get isLive(): boolean {
    return this.#copies >= this.#rule.copiesNeeded && this.#sites.length >= this.#rule.sitesNeeded;
  }

  /** An OCA of this site holds all its files. */
  add(siteId: string): void {
    this.#copies++;
    if (this.#sites.length < this.#rule.sitesNeeded && !this.#sites.includes(siteId)) this.#sites.push(siteId);
  }
}

/**
 * A title is live once enough OCAs at enough sites hold all its files. Health does not enter: a title whose holders
 * all fail stays live, and a play then says that no server is left. `siteIds`: of each OCA that holds all its files.
 */
export function livenessOf(siteIds: readonly string[], { copiesNeeded, sitesNeeded }: LivenessRule): Liveness {
  const copies = siteIds.length;
  const sites = new Set(siteIds).size;
  const live = copies >= copiesNeeded && sites >= sitesNeeded;
  const reason = `${copies} of ${copiesNeeded} copies at ${sites} of ${sitesNeeded} sites`;
  return { live, copies, sites, reason };
}
