import type { Clock } from '../ports/clock.ts';
import { markBytes, type RecentRate, rateOver, recentRate } from '../throughput/recent-rate.ts';

/** Long enough for a mean, short enough to see a collapse within a second or so. */
const WINDOW_MS = 1000;
const LATEST_MS = 400;

/** Watches the pace of one transfer. */
export class Pace {
  readonly #clock: Pick<Clock, 'nowMs'>;
  #rate: RecentRate;
  #hasBegun = false;

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
    this.#rate = recentRate(clock.nowMs());
  }

  /** The first bytes are not counted: they came before the pace was watched. */
  received(bytes: number): void {
    const hasBegun = this.#hasBegun;
    this.#hasBegun = true;
    if (!hasBegun) return;
    this.#rate = markBytes(this.#rate, bytes, this.#clock.nowMs());
  }

  /** Over all that is remembered, up to two seconds. */
  recent(): { readonly recentBps: number; readonly recentSpanMs: number } {
    const { bps, spanMs } = rateOver(this.#rate, this.#clock.nowMs());
    return { recentBps: bps, recentSpanMs: spanMs };
  }

  /** What the last moments let expect: between the lower and the higher of the rates of two windows. */
  range(): { readonly leastBps: number; readonly mostBps: number; readonly spanMs: number } {
    const nowMs = this.#clock.nowMs();
    const window = rateOver(this.#rate, nowMs, WINDOW_MS);
    const latest = rateOver(this.#rate, nowMs, LATEST_MS);
    return {
      leastBps: Math.min(window.bps, latest.bps),
      mostBps: Math.max(window.bps, latest.bps),
      spanMs: window.spanMs,
    };
  }
}
