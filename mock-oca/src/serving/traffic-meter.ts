const BUCKET_MS = 1000;
const WINDOW_BUCKETS = 5;

/** Bytes sent to viewers: the sum, and the mean rate of the last five seconds. */
export class TrafficMeter {
  readonly #buckets = new Map<number, number>();
  #totalBytes = 0;
  #startedAtMs: number | undefined;

  get totalBytes(): number {
    return this.#totalBytes;
  }

  add(bytes: number, nowMs: number): void {
    this.#startedAtMs ??= nowMs;
    this.#totalBytes += bytes;
    const bucket = Math.floor(nowMs / BUCKET_MS);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + bytes);
    if (this.#buckets.size > WINDOW_BUCKETS + 1) this.#forget(bucket);
  }

  bps(nowMs: number): number {
    const newest = Math.floor(nowMs / BUCKET_MS);
    this.#forget(newest);
    let bytes = 0;
    for (const count of this.#buckets.values()) bytes += count;
    const coveredMs = Math.min(nowMs - (newest - WINDOW_BUCKETS) * BUCKET_MS, nowMs - (this.#startedAtMs ?? nowMs));
    return (bytes * 8000) / Math.max(coveredMs, BUCKET_MS);
  }

  #forget(newest: number): void {
    for (const bucket of this.#buckets.keys()) if (bucket < newest - WINDOW_BUCKETS) this.#buckets.delete(bucket);
  }
}
