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

/**
 * Whether a title is live, without counting further than that takes: a popular one lies on thousands of OCAs.
 * `siteIds`: of each OCA that holds all its files.
 */
export function isLive(siteIds: Iterable<string>, { copiesNeeded, sitesNeeded }: LivenessRule): boolean {
  const sites = new Set<string>();
  let copies = 0;
  if (copiesNeeded <= 0 && sitesNeeded <= 0) return true;
  for (const siteId of siteIds) {
    sites.add(siteId);
    if (++copies >= copiesNeeded && sites.size >= sitesNeeded) return true;
  }
  return false;
}

/**
 * A title is live once enough OCAs at enough sites hold all its files. Health does not enter: a title whose holders
 * all fail stays live, and a play then says that no server is left.
 */
export function livenessOf(siteIds: Iterable<string>, { copiesNeeded, sitesNeeded }: LivenessRule): Liveness {
  const found = [...siteIds];
  const copies = found.length;
  const sites = new Set(found).size;
  const live = copies >= copiesNeeded && sites >= sitesNeeded;
  const reason = `${copies} of ${copiesNeeded} copies at ${sites} of ${sitesNeeded} sites`;
  return { live, copies, sites, reason };
}
