export interface DeadlineConfig {
  readonly firstByteFactor: number;
  readonly minFirstByteMs: number;
  readonly maxFirstByteMs: number;
  readonly minStallMs: number;
  readonly maxStallMs: number;
  /** A quiet link's own rhythm is respected up to here. */
  readonly maxRhythmMs: number;
  readonly raceFactor: number;
  readonly minRaceMs: number;
  readonly maxRaceMs: number;
}

export const DEADLINE_DEFAULTS: DeadlineConfig = {
  firstByteFactor: 4,
  minFirstByteMs: 400,
  maxFirstByteMs: 1500,
  minStallMs: 500,
  maxStallMs: 1000,
  maxRhythmMs: 1500,
  raceFactor: 3,
  minRaceMs: 100,
  maxRaceMs: 400,
};

/**
 * How long to wait for the first byte. `latencyMs` is the low quantile measured of this server; unknown waits longest,
 * because a first connection needs several round trips. `leniency` grows when every server was late: then the way is
 * long, not the server bad.
 */
export function firstByteDeadlineMs(
  input: { readonly latencyMs?: number; readonly leniency: number },
  config: DeadlineConfig = DEADLINE_DEFAULTS,
): number {
  const expectedMs = (input.latencyMs ?? Number.POSITIVE_INFINITY) * config.firstByteFactor;
  const { leniency } = input;
  return clamp(expectedMs, config.minFirstByteMs * leniency, config.maxFirstByteMs * leniency);
}

/**
 * How long a body may be silent: about a second, less when the buffer is low, more where chunks have come so rarely
 * from this connection that silence is its rhythm.
 */
export function stallDeadlineMs(
  input: { readonly neededInMs: number; readonly largestGapMs: number; readonly leniency: number },
  config: DeadlineConfig = DEADLINE_DEFAULTS,
): number {
  const byBufferMs = clamp(input.neededInMs / 3, config.minStallMs, config.maxStallMs);
  const byRhythmMs = Math.min(input.largestGapMs * 2, config.maxRhythmMs);
  return Math.max(byBufferMs, byRhythmMs) * input.leniency;
}

/** When a second server is raced for the very first byte: soon, if another one has answered its probe already. */
export function raceAfterMs(
  input: { readonly fastestOtherMs?: number },
  config: DeadlineConfig = DEADLINE_DEFAULTS,
): number {
  const expectedMs = (input.fastestOtherMs ?? Number.POSITIVE_INFINITY) * config.raceFactor;
  return clamp(expectedMs, config.minRaceMs, config.maxRaceMs);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
