import type { Clock } from '@pressplay/sdk-core';

/** Timers at least this long wait in the background: they alone keep no process alive. Shorter ones are part of playing. */
const BACKGROUND_FROM_MS = 60_000;
/** `setTimeout` fires at once for anything longer. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of a Node process. */
export const nodeClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMEOUT_MS));
    if (delayMs >= BACKGROUND_FROM_MS) timer.unref();
    return () => clearTimeout(timer);
  },
};
