export interface RateLimit {
  /** So many at once, after a pause. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export type Taken =
  | { readonly allowed: true; readonly bucket: Bucket }
  | { readonly allowed: false; readonly bucket: Bucket; readonly retryInMs: number };

/** Takes one token; an absent bucket is full. A refusal takes none, so that who waits is served. */
export function takeToken(bucket: Bucket | undefined, { burst, perSecond }: RateLimit, nowMs: number): Taken {
  const passedMs = bucket ? Math.max(0, nowMs - bucket.atMs) : 0;
  const tokens = bucket ? Math.min(burst, bucket.tokens + (passedMs * perSecond) / 1000) : burst;
  if (tokens >= 1) return { allowed: true, bucket: { tokens: tokens - 1, atMs: nowMs } };
  return { allowed: false, bucket: { tokens, atMs: nowMs }, retryInMs: Math.ceil(((1 - tokens) * 1000) / perSecond) };
}
