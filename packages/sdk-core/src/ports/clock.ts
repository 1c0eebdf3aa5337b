/** Time and timers. The only source of time in the core. */
export interface Clock {
  /** Milliseconds since an arbitrary origin. Monotonic: a set's wall clock may lie, this one does not. */
  nowMs(): number;
  /** Unix time in milliseconds, for reports only; never for lifetimes. */
  wallMs(): number;
  /** Runs `callback` once after `delayMs`. Returns a function that cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}
