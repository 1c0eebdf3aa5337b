import type { Clock } from '../ports/clock.ts';
import { type ConformanceCase, check, checkEqual, conformanceCase } from './conformance.ts';

export interface ClockHarness {
  readonly clock: Clock;
  /** Lets at least this much time of the clock pass. */
  passMs(durationMs: number): Promise<void>;
  close?(): void | Promise<void>;
}

/** A timer may fire a little early by the clock's own reading: platforms round to whole milliseconds. */
const ROUNDING_MS = 2;

const clockCase = conformanceCase<ClockHarness>;

export const clockCases: readonly ConformanceCase<ClockHarness>[] = [
  clockCase('never goes backwards', async ({ clock, passMs }) => {
    let before = clock.nowMs();
    for (let step = 0; step < 20; step++) {
      await passMs(1);
      const now = clock.nowMs();
      check(now >= before, `nowMs went from ${before} to ${now}`);
      before = now;
    }
  }),

  clockCase('goes forward by what passes, and tells a plausible time of day', async ({ clock, passMs }) => {
    const [startMs, startWallMs] = [clock.nowMs(), clock.wallMs()];
    await passMs(50);
    check(clock.nowMs() - startMs >= 50 - ROUNDING_MS, '50 ms passed, and nowMs shows fewer');
    check(clock.wallMs() - startWallMs >= 50 - ROUNDING_MS, '50 ms passed, and wallMs shows fewer');
    check(clock.wallMs() > 1_500_000_000_000, 'wallMs is Unix time in milliseconds');
  }),

  clockCase('fires once, not before it is due, and never in the call itself', async ({ clock, passMs }) => {
    const firedAtMs: number[] = [];
    const startMs = clock.nowMs();
    clock.schedule(30, () => void firedAtMs.push(clock.nowMs() - startMs));
    clock.schedule(0, () => void firedAtMs.push(-1));
    checkEqual(firedAtMs, [], 'nothing fires inside schedule');
    await passMs(120);
    checkEqual(firedAtMs.length, 2, 'each timer fires once');
    checkEqual(firedAtMs[0], -1, 'a delay of 0 fires soon');
    check((firedAtMs[1] ?? 0) >= 30 - ROUNDING_MS, `a delay of 30 fired after ${firedAtMs[1]}`);
  }),

  clockCase('fires in the order of due times', async ({ clock, passMs }) => {
    const order: string[] = [];
    clock.schedule(40, () => void order.push('late'));
    clock.schedule(10, () => void order.push('early'));
    clock.schedule(-5, () => void order.push('overdue'));
    await passMs(120);
    checkEqual(order, ['overdue', 'early', 'late'], 'order');
  }),

  clockCase(
    'fires nothing that was cancelled, and lets itself be cancelled late and twice',
    async ({ clock, passMs }) => {
      let fired = 0;
      const cancel = clock.schedule(10, () => fired++);
      cancel();
      cancel();
      const cancelLate = clock.schedule(5, () => fired++);
      await passMs(60);
      cancelLate();
      checkEqual(fired, 1, 'timers fired');
    },
  ),
];
