import { judgeSlowness, type TooSlowInput } from '../delivery/too-slow.ts';
import type { Clock } from '../ports/clock.ts';
import { markBytes, type RecentRate, rateOver, recentRate } from '../throughput/recent-rate.ts';

/** How often the pace is judged: not at every chunk. */
const JUDGE_EVERY_MS = 200;

/** Watches the pace of one transfer. */
export class PaceJudge {
  readonly #clock: Clock;
  #rate: RecentRate;
  #judgedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#judgedAtMs = clock.nowMs();
    this.#rate = recentRate(this.#judgedAtMs);
  }

  received(bytes: number): void {
    this.#rate = markBytes(this.#rate, bytes, this.#clock.nowMs());
  }

  /** The rate of the last moments, where it is too slow for what `rest` says of the range and the other servers. */
  tooSlowBps(rest: () => Omit<TooSlowInput, 'recentBps' | 'recentSpanMs'>): number | undefined {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#judgedAtMs < JUDGE_EVERY_MS) return undefined;
    this.#judgedAtMs = nowMs;
    const { bps, spanMs } = rateOver(this.#rate, nowMs);
    const verdict = judgeSlowness({ ...rest(), recentBps: bps, recentSpanMs: spanMs });
    return verdict.move ? bps : undefined;
  }
}
