import { type Address, prefixText } from '@pressplay/protocol/routes';
import { ApiError } from '../api-error.ts';
import type { BackendClock } from '../ports.ts';
import { RecentlyUsed } from '../recently-used.ts';
import { type Bucket, type RateLimit, takeToken } from './token-bucket.ts';

export interface RateLimits {
  readonly account?: RateLimit;
  readonly address?: RateLimit;
}

/** Far above what players do, far below what hurts. Behind one address a whole town may live. */
export const DEFAULT_RATE_LIMITS: Required<RateLimits> = {
  account: { burst: 200, perSecond: 20 },
  address: { burst: 2000, perSecond: 500 },
};

/** In one half of the memory of one kind. With all halves full, about 20 MB. */
const BUCKETS_IN_HALF = 50_000;

/** A bucket that is written to: there is one for each who ever asked, and most ask again. */
type KeptBucket = { -readonly [K in keyof Bucket]: Bucket[K] };

/** Who asks too often is told when to come back. Its memory is bounded: who was quiet for longest is forgotten first. */
export class RateLimiter {
  readonly #clock: BackendClock;
  readonly #limits: RateLimits;
  readonly #buckets = {
    account: new RecentlyUsed<string, KeptBucket>(BUCKETS_IN_HALF),
    address: new RecentlyUsed<string, KeptBucket>(BUCKETS_IN_HALF),
  };

  constructor(clock: BackendClock, limits: RateLimits = DEFAULT_RATE_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @throws ApiError `request/rate-limited` */
  requireAccount(accountId: string): void {
    this.#take('account', accountId);
  }

  /** Of IPv6 the network counts: a home has as many addresses as it likes. @throws ApiError `request/rate-limited` */
  requireAddress(address: Address): void {
    this.#take('address', address.family === 4 ? address.text : prefixText(address, 64));
  }

  get size(): number {
    return this.#buckets.account.size + this.#buckets.address.size;
  }

  #take(of: keyof RateLimits, key: string): void {
    const limit = this.#limits[of];
    if (!limit) return;
    const buckets = this.#buckets[of];
    const kept = buckets.get(key);
    const taken = takeToken(kept, limit, this.#clock.nowMs());
    if (kept) {
      kept.tokens = taken.bucket.tokens;
      kept.atMs = taken.bucket.atMs;
    } else buckets.set(key, { ...taken.bucket });
    if (taken.allowed) return;
    const { retryInMs } = taken;
    throw new ApiError('request/rate-limited', `This ${of} asks too often: ask again in ${retryInMs} ms.`, {
      of,
      perSecond: limit.perSecond,
      retryInMs,
    });
  }
}
