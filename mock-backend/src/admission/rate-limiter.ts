import type { Address } from '@pressplay/protocol/routes';
import { ApiError } from '../api-error.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import { PackedRecords } from '../packed-records.ts';
import type { BackendClock } from '../ports.ts';
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

/** Of one kind: with all of them 2 MB. */
const BUCKETS_KEPT = 65_536;
const [TOKENS, AT_MS] = [0, 1] as const;
/** Makes a second hash of an account's id: two accounts share a bucket where both are equal. */
const OTHER_BASIS = 0x2c9277b5;
/** No network of IPv6 in use begins with this word. */
const IPV4 = 4;

/** Who asks too often is told when to come back. Its memory is bounded: who was quiet for longest is forgotten first. */
export class RateLimiter {
  readonly #clock: BackendClock;
  readonly #limits: RateLimits;
  readonly #buckets = {
    account: new PackedRecords(2, BUCKETS_KEPT),
    address: new PackedRecords(2, BUCKETS_KEPT),
  };

  constructor(clock: BackendClock, limits: RateLimits = DEFAULT_RATE_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @throws ApiError `request/rate-limited` */
  requireAccount(accountId: string): void {
    this.#take('account', hash32(accountId), hash32(accountId, OTHER_BASIS));
  }

  /** Of IPv6 the network counts: a home has as many addresses as it likes. @throws ApiError `request/rate-limited` */
  requireAddress(address: Address): void {
    const { family, words } = address;
    const [first = 0, second = 0] = words;
    if (family === 4) this.#take('address', IPV4, first);
    else this.#take('address', first, second);
  }

  get size(): number {
    return this.#buckets.account.size + this.#buckets.address.size;
  }

  #take(of: keyof RateLimits, high: number, low: number): void {
    const limit = this.#limits[of];
    if (!limit) return;
    const buckets = this.#buckets[of];
    const found = buckets.find(high, low);
    const nowMs = this.#clock.nowMs();
    const kept = found < 0 ? undefined : bucketAt(buckets, found);
    const taken = takeToken(kept, limit, nowMs);
    const at = found < 0 ? buckets.put(high, low) : found;
    buckets.values[at + TOKENS] = taken.bucket.tokens;
    buckets.values[at + AT_MS] = taken.bucket.atMs;
    if (taken.allowed) return;
    const { retryInMs } = taken;
    throw new ApiError('request/rate-limited', `This ${of} asks too often: ask again in ${retryInMs} ms.`, {
      of,
      perSecond: limit.perSecond,
      retryInMs,
    });
  }
}

const bucketAt = ({ values }: PackedRecords, at: number): Bucket => ({
  tokens: values[at + TOKENS] ?? 0,
  atMs: values[at + AT_MS] ?? 0,
});
