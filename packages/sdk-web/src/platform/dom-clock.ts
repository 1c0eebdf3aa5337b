import type { Clock } from '@pressplay/sdk-core';

/** The browser's clock: `performance.now()` is monotonic, the wall clock is for reports. */
export function domClock(): Clock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    schedule(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
