const SHORTEST_MS = 250;

/** The rate of a count that only grows, between two looks: what the mean of seconds tells too late. */
export class RecentRate {
  #atMs: number | undefined;
  #bytes = 0;
  #bps = 0;

  bps(bytes: number, nowMs: number): number {
    const passedMs = nowMs - (this.#atMs ?? nowMs);
    if (this.#atMs !== undefined && passedMs < SHORTEST_MS) return this.#bps;
    this.#bps = passedMs > 0 ? ((bytes - this.#bytes) * 8000) / passedMs : 0;
    this.#atMs = nowMs;
    this.#bytes = bytes;
    return this.#bps;
  }
}
