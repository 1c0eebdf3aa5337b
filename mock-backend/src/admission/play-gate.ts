import type { PlayIntent } from '@pressplay/protocol/messages';
import { ApiError } from '../api-error.ts';
import { type ConcurrencyLimit, DEFAULT_CONCURRENCY, judgeAdmission } from './judge-admission.ts';

const RETRY_IN_MS = { play: 1000, prefetch: 5000 } as const;

/** Lets play requests in while there is room. */
export class PlayGate {
  readonly #limit: ConcurrencyLimit;
  readonly #underWay = { play: 0, prefetch: 0 };

  constructor(limit: ConcurrencyLimit = DEFAULT_CONCURRENCY) {
    this.#limit = limit;
  }

  /** Whoever entered leaves again, whatever became of it. @throws ApiError `server/overloaded` where there is no room. */
  enter(intent: PlayIntent): void {
    const admission = judgeAdmission(intent, this.#underWay, this.#limit);
    if (!admission.admitted) throw refusal(intent, admission.reason, admission.limit);
    this.#underWay[intent] += 1;
  }

  leave(intent: PlayIntent): void {
    this.#underWay[intent] -= 1;
  }
}

function refusal(intent: PlayIntent, reason: string, limit: number): ApiError {
  const what = reason === 'full' ? 'play requests' : 'requests ahead of viewers';
  return new ApiError('server/overloaded', `This region answers no more than ${limit} ${what} at once.`, {
    partition: intent,
    reason,
    limit,
    retryInMs: RETRY_IN_MS[intent],
  });
}
