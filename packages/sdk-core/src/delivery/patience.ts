import type { FailedAttempt } from './range-error.ts';
import { isTransient } from './range-outcomes.ts';

/** Where nobody answers it is the network that is gone: so long beyond the buffer. */
const SILENCE_MS = 45_000;
/** A longer buffer than this is no reason to wait longer. */
const MAX_BUFFER_MS = 60_000;
/** Where servers answer and refuse for the moment: as long as the buffer lasts, within these bounds. */
const MIN_REFUSED_MS = 4_000;
const MAX_REFUSED_MS = 30_000;

export interface PatienceInput {
  /** What happened to the servers asked in the last round. */
  readonly failed: readonly FailedAttempt[];
  /** When the range last made progress, or began. */
  readonly progressAtMs: number;
  /** The buffer at that time. */
  readonly bufferMs: number;
}

export interface Patience {
  readonly untilMs: number;
  /** `silence`: not one of the servers that could deliver gave a sign of life. */
  readonly reason: 'silence' | 'refused-for-now' | 'refused-for-good';
}

/** Until when to go on asking, now that every server has failed. */
export function planPatience(input: PatienceInput): Patience {
  const { failed, progressAtMs, bufferMs } = input;
  const transient = failed.filter(isTransient);
  if (transient.length === 0) return { untilMs: progressAtMs, reason: 'refused-for-good' };
  if (transient.some((attempt) => !isAnswer(attempt))) {
    const silenceMs = Math.min(MAX_BUFFER_MS, bufferMs) + SILENCE_MS;
    return { untilMs: progressAtMs + silenceMs, reason: 'silence' };
  }
  const refusedMs = Math.min(MAX_REFUSED_MS, Math.max(MIN_REFUSED_MS, bufferMs));
  return { untilMs: progressAtMs + refusedMs, reason: 'refused-for-now' };
}

/** Did the server say anything at all? A refused connection cannot be told from a network that is gone. */
export function isAnswer({ outcome }: FailedAttempt): boolean {
  return outcome === 'status' || outcome === 'other-bytes' || outcome === 'short';
}
