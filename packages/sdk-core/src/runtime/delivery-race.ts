import { NEVER_CANCELLED } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Transfer, TransferEnd } from './delivery-transfer.ts';
import { waitUntil } from './delivery-wait.ts';

/** How the opening of a range went: the transfer to go on with, or the last that failed, and the others, all ended. */
export interface Opened {
  readonly transfer: Transfer;
  readonly end: TransferEnd | undefined;
  readonly others: readonly Transfer[];
}

/**
 * Opens `first`; when it has no byte after `raceAfterMs`, opens a second one beside it. The one whose first byte comes
 * first goes on, the other is stopped at once. One that fails leaves the field to the other.
 */
export async function openRaced(
  clock: Clock,
  first: Transfer,
  raceAfterMs: number,
  startSecond: () => Transfer | undefined,
): Promise<Opened> {
  const firstOpened = first.open();
  if (await isOverWithin(clock, firstOpened, raceAfterMs))
    return { transfer: first, end: await firstOpened, others: [] };
  const second = startSecond();
  if (!second) return { transfer: first, end: await firstOpened, others: [] };
  return firstReady([
    { transfer: first, opened: firstOpened, other: second },
    { transfer: second, opened: second.open(), other: first },
  ]);
}

interface Runner {
  readonly transfer: Transfer;
  readonly opened: Promise<TransferEnd | undefined>;
  readonly other: Transfer;
}

function firstReady(runners: readonly Runner[]): Promise<Opened> {
  return new Promise((resolve, reject) => {
    let runningCount = runners.length;
    let isDecided = false;
    for (const { transfer, opened, other } of runners) {
      opened.then((end) => {
        runningCount--;
        if (isDecided || (end && runningCount > 0)) return;
        isDecided = true;
        if (!end) other.stop('lost-race');
        resolve({ transfer, end, others: [other] });
      }, reject);
    }
  });
}

async function isOverWithin(clock: Clock, work: Promise<unknown>, durationMs: number): Promise<boolean> {
  const waited = await waitUntil(clock, work, clock.nowMs() + durationMs, NEVER_CANCELLED);
  return waited.kind !== 'late';
}
