/** One read that waits for its disk. Places are bytes from the disk's start, as well as they are known. */
export interface WaitingRead {
  readonly startPlace: number;
  readonly endPlace: number;
  readonly sinceMs: number;
  /** Nobody watches it now: fill, verification. */
  readonly background: boolean;
}

export interface PickedRead {
  readonly index: number;
  readonly reason: 'overdue' | 'upwards' | 'from-the-start' | 'background';
}

/** Whoever waited so long goes first, wherever the arm is. */
export const OVERDUE_MS = 4000;

/**
 * Which read the disk does next: upwards from where the last one ended, then again from the start (C-LOOK), so that the
 * arm travels little and nobody is passed over twice. Viewers before what nobody watches.
 */
export function pickRead(waiting: readonly WaitingRead[], headPlace: number, nowMs: number): PickedRead | undefined {
  const viewers = best(waiting, headPlace, nowMs, false);
  if (viewers) return viewers;
  const rest = best(waiting, headPlace, nowMs, true);
  return rest && { index: rest.index, reason: 'background' };
}

function best(
  waiting: readonly WaitingRead[],
  headPlace: number,
  nowMs: number,
  background: boolean,
): PickedRead | undefined {
  let overdue = -1;
  let upwards = -1;
  let lowest = -1;
  for (let i = 0; i < waiting.length; i++) {
    const read = waiting[i];
    if (!read || read.background !== background) continue;
    if (nowMs - read.sinceMs >= OVERDUE_MS && sooner(read.sinceMs, waiting[overdue]?.sinceMs)) overdue = i;
    if (read.startPlace >= headPlace && sooner(read.startPlace, waiting[upwards]?.startPlace)) upwards = i;
    if (sooner(read.startPlace, waiting[lowest]?.startPlace)) lowest = i;
  }
  if (overdue >= 0) return { index: overdue, reason: 'overdue' };
  if (upwards >= 0) return { index: upwards, reason: 'upwards' };
  return lowest >= 0 ? { index: lowest, reason: 'from-the-start' } : undefined;
}

const sooner = (value: number, than: number | undefined): boolean => than === undefined || value < than;
