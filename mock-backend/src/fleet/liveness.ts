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

/** Whether it is live, without counting further than that takes: a popular title lies on thousands of OCAs. */
export function isLive(
  fileIds: readonly string[],
  holdersOf: (fileId: string) => ReadonlySet<string>,
  siteOf: (ocaId: string) => string | undefined,
  { copiesNeeded, sitesNeeded }: LivenessRule,
): boolean {
  const holders = fileIds.map(holdersOf);
  const rarest = holders.reduce((least, next) => (next.size < least.size ? next : least), holders[0] ?? new Set());
  const sites = new Set<string>();
  let copies = 0;
  for (const ocaId of rarest) {
    const siteId = siteOf(ocaId);
    if (siteId === undefined || !holders.every((one) => one.has(ocaId))) continue;
    sites.add(siteId);
    if (++copies >= copiesNeeded && sites.size >= sitesNeeded) return true;
  }
  return copies >= copiesNeeded && sites.size >= sitesNeeded;
}

/**
 * A title is live once enough OCAs at enough sites hold all its files. Health does not enter: a title whose holders
 * all fail stays live, and a play then says that no server is left.
 */
export function livenessOf(
  fileIds: readonly string[],
  holdersOf: (fileId: string) => ReadonlySet<string>,
  siteOf: (ocaId: string) => string | undefined,
  rule: LivenessRule,
): Liveness {
  const [first, ...others] = fileIds.map(holdersOf).sort((a, b) => a.size - b.size);
  const complete = [...(first ?? [])].filter((ocaId) => others.every((holders) => holders.has(ocaId)));
  const placed = complete.map(siteOf).filter((siteId) => siteId !== undefined);
  const copies = placed.length;
  const sites = new Set(placed).size;
  const live = copies >= rule.copiesNeeded && sites >= rule.sitesNeeded;
  const reason = `${copies} of ${rule.copiesNeeded} copies at ${sites} of ${rule.sitesNeeded} sites`;
  return { live, copies, sites, reason };
}
