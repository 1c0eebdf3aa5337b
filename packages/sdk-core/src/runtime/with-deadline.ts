import { CancelController, type CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { HttpFailure } from '../ports/http-client.ts';

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Runs `work` with a signal that fires at the deadline or when `outer` fires. Rejects then, even where `work` ignores
 * its signal: with `DeadlineExceeded`, or with an `HttpFailure` of kind 'aborted'.
 */
export function withDeadline<T>(
  clock: Clock,
  deadlineMs: number,
  outer: CancelSignal | undefined,
  work: (signal: CancelSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const inner = new CancelController();
    const abort = (): void => finish(() => reject(new HttpFailure('aborted', 'The request was cancelled.')));
    const cancelTimer = clock.schedule(deadlineMs, () =>
      finish(() => reject(new DeadlineExceeded(`No answer within ${deadlineMs} ms.`))),
    );
    let finished = false;
    const finish = (settle: () => void): void => {
      if (finished) return;
      finished = true;
      cancelTimer();
      outer?.removeEventListener('abort', abort);
      settle();
      inner.cancel();
    };
    outer?.addEventListener('abort', abort);
    if (outer?.aborted) {
      abort();
      return;
    }
    work(inner.signal).then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(error)),
    );
  });
}
