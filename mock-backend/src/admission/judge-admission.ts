import type { PlayIntent } from '@pressplay/protocol/messages';

export interface ConcurrencyLimit {
  /** Play requests under way at once. */
  readonly maxConcurrent: number;
  /** Of them so many, 0 to 1, may ask ahead of a viewer. */
  readonly prefetchShare: number;
}

export const DEFAULT_CONCURRENCY: ConcurrencyLimit = { maxConcurrent: 1000, prefetchShare: 0.3 };

export type UnderWay = Readonly<Record<PlayIntent, number>>;

export type Admission =
  | { readonly admitted: true; readonly reason: 'room' }
  | { readonly admitted: false; readonly reason: 'full' | 'prefetch-partition-full'; readonly limit: number };

/**
 * One limit, two partitions: what asks ahead stays within its share, so that viewers always find the rest; viewers may
 * use it all. The idea is Netflix's prioritized load shedding.
 */
export function judgeAdmission(intent: PlayIntent, underWay: UnderWay, limit: ConcurrencyLimit): Admission {
  const { maxConcurrent, prefetchShare } = limit;
  const prefetchLimit = Math.floor(maxConcurrent * prefetchShare);
  if (intent === 'prefetch' && underWay.prefetch >= prefetchLimit)
    return { admitted: false, reason: 'prefetch-partition-full', limit: prefetchLimit };
  if (underWay.play + underWay.prefetch >= maxConcurrent)
    return { admitted: false, reason: 'full', limit: maxConcurrent };
  return { admitted: true, reason: 'room' };
}
