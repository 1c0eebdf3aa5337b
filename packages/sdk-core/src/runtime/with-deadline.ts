import { CancelController, type CancelSignal, NEVER_CANCELLED } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { HttpFailure } from '../ports/http-client.ts';
import { waitUntil } from './delivery-wait.ts';

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Runs `work` with a signal that fires at the deadline or when `outer` fires. Rejects then, even where `work` ignores
 * its signal: with `DeadlineExceeded`, or with an `HttpFailure` of kind 'aborted'.
 */
export async function withDeadline<T>(
  clock: Clock,
  deadlineMs: number,
  outer: CancelSignal | undefined,
  work: (signal: CancelSignal) => Promise<T>,
): Promise<T> {
  const inner = new CancelController();
  const signal = outer ?? NEVER_CANCELLED;
  const running = signal.aborted ? new Promise<never>(() => {}) : work(inner.signal);
  const waited = await waitUntil(clock, running, clock.nowMs() + deadlineMs, signal);
  inner.cancel();
  if (waited.kind === 'value') return waited.value;
  if (waited.kind === 'failed') throw waited.error;
  if (waited.kind === 'late') throw new DeadlineExceeded(`No answer within ${deadlineMs} ms.`);
  throw new HttpFailure('aborted', 'The request was cancelled.');
}
