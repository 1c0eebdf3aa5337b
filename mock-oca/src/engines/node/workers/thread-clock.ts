import { performance } from 'node:perf_hooks';
import type { Clock } from '../../../deps.ts';

/** How far this thread's clock, which begins with the thread, is behind the machine's. */
export function clockOffsetMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}

/** A clock that shows the same as that of the thread which has this offset. */
export function clockLike(offsetMs: number): Clock {
  const aheadMs = clockOffsetMs() - offsetMs;
  return {
    nowMs: () => performance.now() + aheadMs,
    wallMs: () => Date.now(),
    schedule: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
