/** Something whose rate is shared by the flows that cross it. */
export interface SharedLink {
  readonly rateBps: number;
}

/**
 * Max-min fair rates by progressive filling (Bertsekas and Gallager, Data Networks, 6.5.2): the link that gives its
 * flows least freezes them at an equal share; what they leave elsewhere is shared by the others. In the order of `flows`.
 */
export function shareFairly(flows: readonly (readonly SharedLink[])[]): number[] {
  // Most often one flow is alone.
  if (flows.length === 1) return [Math.min(...(flows[0] ?? []).map(({ rateBps }) => rateBps))];
  const leftBps = new Map<SharedLink, number>();
  const open = new Map<SharedLink, Set<number>>();
  flows.forEach((links, flow) => {
    for (const link of links) {
      leftBps.set(link, link.rateBps);
      const sharers = open.get(link);
      if (sharers) sharers.add(flow);
      else open.set(link, new Set([flow]));
    }
  });
  const rates = new Array<number>(flows.length).fill(Number.POSITIVE_INFINITY);
  for (let narrow = narrowest(open, leftBps); narrow; narrow = narrowest(open, leftBps)) {
    for (const flow of [...narrow.flows]) {
      rates[flow] = narrow.shareBps;
      for (const link of flows[flow] ?? []) {
        open.get(link)?.delete(flow);
        leftBps.set(link, Math.max(0, (leftBps.get(link) ?? 0) - narrow.shareBps));
      }
    }
  }
  return rates;
}

function narrowest(
  open: ReadonlyMap<SharedLink, ReadonlySet<number>>,
  leftBps: ReadonlyMap<SharedLink, number>,
): { flows: ReadonlySet<number>; shareBps: number } | undefined {
  let best: { flows: ReadonlySet<number>; shareBps: number } | undefined;
  for (const [link, flows] of open) {
    if (flows.size === 0) continue;
    const shareBps = (leftBps.get(link) ?? 0) / flows.size;
    if (!best || shareBps < best.shareBps) best = { flows, shareBps };
  }
  return best;
}
