import type { Clock } from '../ports/clock.ts';
import { settle } from './settle.ts';
import { type HeapTimer, TimerHeap } from './timer-heap.ts';

/** 2030-01-01: a wall clock that no test confuses with the monotonic one. */
const DEFAULT_WALL_START_MS = 1_893_456_000_000;

export interface VirtualClockOptions {
  readonly wallStartMs?: number;
  /** Resolves when everything that follows from the last timer has run; default one macrotask turn. */
  readonly settle?: () => Promise<void>;
}

/**
 * A `Clock` that moves only when told to. Timers fire in due order, each at its own due time; those due together in
 * the order of scheduling. Between two timers every promise and stream settles (one macrotask turn).
 */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #scheduledCount = 0;
  readonly #wallStartMs: number;
  readonly #timers = new TimerHeap();
  readonly #settle: () => Promise<void>;

  constructor(options: VirtualClockOptions = {}) {
    this.#wallStartMs = options.wallStartMs ?? DEFAULT_WALL_START_MS;
    this.#settle = options.settle ?? settle;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallStartMs + this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    const timer: HeapTimer = { dueMs, order: this.#scheduledCount++, callback, cancelled: false };
    this.#timers.push(timer);
    return () => this.#timers.cancel(timer);
  }

  /** Timers that still wait: a test of something closed expects 0. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Resolves after `delayMs` of virtual time: somebody else must advance the clock meanwhile. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.schedule(delayMs, resolve));
  }

  /** Advances to `nowMs() + durationMs`. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await this.runUntil(() => false, durationMs);
    this.#nowMs = endMs;
  }

  /**
   * Fires timers until `isDone()` holds (checked after each one), no timer is left, or the next one lies beyond
   * `limitMs` from now. Gives what `isDone()` said last. Time stays at the last timer fired.
   */
  async runUntil(isDone: () => boolean, limitMs: number = Number.POSITIVE_INFINITY): Promise<boolean> {
    const endMs = this.#nowMs + limitMs;
    await this.#settle();
    while (!isDone()) {
      const next = this.#timers.peek();
      if (!next || next.dueMs > endMs) return false;
      this.#timers.pop();
      this.#nowMs = next.dueMs;
      next.callback();
      await this.#settle();
    }
    return true;
  }

  /** Runs until `promise` settles and gives its value; rejects when it does not within `limitMs`. */
  async resolve<T>(promise: Promise<T>, limitMs: number = Number.POSITIVE_INFINITY): Promise<T> {
    let isSettled = false;
    const markSettled = (): void => {
      isSettled = true;
    };
    promise.then(markSettled, markSettled);
    const startMs = this.#nowMs;
    if (await this.runUntil(() => isSettled, limitMs)) return promise;
    throw new Error(`Nothing settled the promise within ${this.#nowMs - startMs} ms of virtual time.`);
  }
}
