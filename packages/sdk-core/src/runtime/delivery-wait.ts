import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';

export type Waited<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'late' }
  | { readonly kind: 'stopped' };

/**
 * Waits for `work` until the time `dueAtMs` or until the signal fires, and always ends. What comes after that goes to
 * `onLate`, so that nothing received is forgotten.
 */
export function waitUntil<T>(
  clock: Clock,
  work: Promise<T>,
  dueAtMs: number,
  signal: CancelSignal,
  onLate: (value: T) => void = () => {},
): Promise<Waited<T>> {
  return new Promise((resolve) => {
    let isOver = false;
    const finish = (result: Waited<T>): void => {
      if (isOver) return;
      isOver = true;
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const onAbort = (): void => finish({ kind: 'stopped' });
    let cancelTimer = clock.schedule(Math.max(0, dueAtMs - clock.nowMs()), () => {
      // A host that was busy runs its timers before it reads what came meanwhile: not yet read is not late.
      cancelTimer = clock.schedule(0, () => finish({ kind: 'late' }));
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    work.then(
      (value) => (isOver ? onLate(value) : finish({ kind: 'value', value })),
      (error: unknown) => finish({ kind: 'failed', error }),
    );
  });
}

/** Waits for the time alone. */
export async function sleepUntil(clock: Clock, dueAtMs: number, signal: CancelSignal): Promise<void> {
  await waitUntil(clock, new Promise<never>(() => {}), dueAtMs, signal);
}
