const FIRST_BYTE_FACTOR = 4;
const MIN_FIRST_BYTE_MS = 400;
const MAX_FIRST_BYTE_MS = 1500;
const MIN_STALL_MS = 500;
const MAX_STALL_MS = 1000;
/** A quiet link's own rhythm is respected up to here. */
const MAX_RHYTHM_MS = 1500;
const RACE_FACTOR = 3;
const MIN_RACE_MS = 100;
const MAX_RACE_MS = 400;

/**
 * How long to wait for the first byte. `latencyMs` is the low quantile measured of this server; unknown waits longest,
 * because a first connection needs several round trips. `leniency` grows when every server was late: then the way is
 * long, not the server bad.
 */
export function firstByteDeadlineMs(input: {
  readonly latencyMs?: number | undefined;
  readonly leniency: number;
}): number {
  const expectedMs = (input.latencyMs ?? Number.POSITIVE_INFINITY) * FIRST_BYTE_FACTOR;
  const { leniency } = input;
  return clamp(expectedMs, MIN_FIRST_BYTE_MS * leniency, MAX_FIRST_BYTE_MS * leniency);
}

/**
 * How long a body may be silent: about a second, less when the buffer is low, more where chunks have come so rarely
 * from this connection that silence is its rhythm.
 */
export function stallDeadlineMs(input: {
  readonly neededInMs: number;
  readonly largestGapMs: number;
  readonly leniency: number;
}): number {
  const byBufferMs = clamp(input.neededInMs / 3, MIN_STALL_MS, MAX_STALL_MS);
  const byRhythmMs = Math.min(input.largestGapMs * 2, MAX_RHYTHM_MS);
  return Math.max(byBufferMs, byRhythmMs) * input.leniency;
}

/** When a second server is raced for the very first byte: soon, if another one has answered its probe already. */
export function raceAfterMs(input: { readonly fastestOtherMs?: number }): number {
  const expectedMs = (input.fastestOtherMs ?? Number.POSITIVE_INFINITY) * RACE_FACTOR;
  return clamp(expectedMs, MIN_RACE_MS, MAX_RACE_MS);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
