import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { waitUntil } from './delivery-wait.ts';

const ASKED_EVERY_MS = 5_000;

export interface GrantNews {
  readonly isOld: () => boolean;
  readonly ask: () => void;
  readonly came: () => Promise<void>;
}

/** Asks for a fresh grant again and again until there is one, or the time is over: a region may come back at any moment. */
export async function awaitGrant(clock: Clock, untilMs: number, signal: CancelSignal, news: GrantNews): Promise<void> {
  while (news.isOld() && clock.nowMs() < untilMs && !signal.aborted) {
    news.ask();
    await waitUntil(clock, news.came(), Math.min(untilMs, clock.nowMs() + ASKED_EVERY_MS), signal);
  }
}
