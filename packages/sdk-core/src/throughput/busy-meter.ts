export interface ThroughputSample {
  readonly bytes: number;
  /** Busy time in which the bytes arrived; less than 1 ms counts as 1 ms. */
  readonly durationMs: number;
}

/**
 * Turns the chunks of all transfers from one server into throughput samples. Time counts once however many transfers
 * run side by side (fast.com: the union of their busy intervals), and not at all while none runs.
 */
export interface BusyMeter {
  readonly runningCount: number;
  readonly windowStartMs: number;
  readonly windowBytes: number;
}

export const IDLE_METER: BusyMeter = { runningCount: 0, windowStartMs: 0, windowBytes: 0 };

/** As often as fast.com takes a sample. */
const WINDOW_MS = 150;

/** What is left of a window at the end of a transfer counts only from this size on: less is noise. */
const MIN_TAIL_BYTES = 8 * 1024;

export interface Metered {
  readonly meter: BusyMeter;
  readonly sample?: ThroughputSample;
}

/** A body begins: its head has arrived. */
export function beginBody(meter: BusyMeter, nowMs: number): BusyMeter {
  if (meter.runningCount > 0) return { ...meter, runningCount: meter.runningCount + 1 };
  return { runningCount: 1, windowStartMs: nowMs, windowBytes: 0 };
}

export function receiveBytes(meter: BusyMeter, bytes: number, nowMs: number): Metered {
  const windowBytes = meter.windowBytes + bytes;
  const durationMs = nowMs - meter.windowStartMs;
  if (durationMs < WINDOW_MS) return { meter: { ...meter, windowBytes } };
  return { meter: { ...meter, windowStartMs: nowMs, windowBytes: 0 }, sample: { bytes: windowBytes, durationMs } };
}

export function endBody(meter: BusyMeter, nowMs: number): Metered {
  const runningCount = Math.max(0, meter.runningCount - 1);
  if (runningCount > 0) return { meter: { ...meter, runningCount } };
  const { windowBytes, windowStartMs } = meter;
  if (windowBytes < MIN_TAIL_BYTES) return { meter: IDLE_METER };
  return { meter: IDLE_METER, sample: { bytes: windowBytes, durationMs: nowMs - windowStartMs } };
}
