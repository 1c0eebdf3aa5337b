/** What is remembered of the regions between requests. */
export interface RegionMemory {
  /** The region that answered last. */
  readonly preferredId?: string;
  readonly setAside: Readonly<Record<string, SetAside>>;
  /** How long a slow one of the latest answers took; undefined before the first. */
  readonly usualMs?: number;
}

export interface SetAside {
  readonly failures: number;
  readonly untilMs: number;
}

export interface RegionChoice<R> {
  readonly region: R;
  readonly reason: 'answered-last' | 'nearest' | 'last-resort';
}

export const NO_REGION_MEMORY: RegionMemory = { setAside: {} };

/** How long a region is set aside after its first failure; doubles with each further one. */
const SET_ASIDE_MS = 5000;
const LONGEST_SET_ASIDE_MS = 300_000;
/** An answer this many times slower than usual is hardly on its way. */
const UNUSUAL = 3;
/** Of ten answers one slow one is still remembered for a third. */
const KEPT_OF_SLOW = 0.9;

/**
 * The region to ask next: the one that answered last, then by nearness, and those set aside at the very end: a doubtful
 * region is better than none. Undefined when all were tried.
 */
export function nextRegion<R extends { readonly regionId: string }>(
  regions: readonly R[],
  memory: RegionMemory,
  tried: readonly string[],
  nowMs: number,
): RegionChoice<R> | undefined {
  const untried = regions.filter(({ regionId }) => !tried.includes(regionId));
  const open = untried.filter(({ regionId }) => (memory.setAside[regionId]?.untilMs ?? 0) <= nowMs);
  const preferred = open.find(({ regionId }) => regionId === memory.preferredId);
  if (preferred) return { region: preferred, reason: 'answered-last' };
  const [nearest] = open;
  if (nearest) return { region: nearest, reason: 'nearest' };
  const untilMs = (region: R): number => memory.setAside[region.regionId]?.untilMs ?? 0;
  const [soonest] = [...untried].sort((a, b) => untilMs(a) - untilMs(b));
  return soonest && { region: soonest, reason: 'last-resort' };
}

/** A region that has not answered by then is not waited for alone: the next one is asked beside it. */
export const patienceMs = ({ usualMs = 0 }: RegionMemory, leastMs: number): number =>
  Math.max(leastMs, UNUSUAL * usualMs);

/** A region answered as the contract says, if only to refuse. */
export function rememberAnswer(memory: RegionMemory, regionId: string, tookMs: number): RegionMemory {
  const { [regionId]: _, ...setAside } = memory.setAside;
  return { preferredId: regionId, setAside, usualMs: Math.max(tookMs, KEPT_OF_SLOW * (memory.usualMs ?? 0)) };
}

/** A region failed: it is set aside, longer each time. */
export function rememberFailure(memory: RegionMemory, regionId: string, nowMs: number): RegionMemory {
  const failures = (memory.setAside[regionId]?.failures ?? 0) + 1;
  const untilMs = nowMs + Math.min(LONGEST_SET_ASIDE_MS, SET_ASIDE_MS * 2 ** (failures - 1));
  return { ...memory, setAside: { ...memory.setAside, [regionId]: { failures, untilMs } } };
}
