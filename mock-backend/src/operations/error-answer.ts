import type { ErrorBody } from '@pressplay/protocol/messages';
import { type ApiError, asApiError, errorBodyOf } from '../api-error.ts';
import type { Log } from '../ports.ts';

export interface ErrorAnswer {
  readonly error: ApiError;
  readonly body: ErrorBody;
  /** Whole seconds, where asking again later may help. */
  readonly retryAfterS: number | undefined;
}

/** What an answer says of what was thrown; what is our fault goes to the log. */
export function errorAnswerOf(thrown: unknown, requestId: string, log: Log): ErrorAnswer {
  const error = asApiError(thrown);
  if (error.status >= 500) {
    const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : undefined;
    log('error', error.message, { requestId, code: error.code, ...error.context, ...(cause && { cause }) });
  }
  return { error, body: errorBodyOf(error, requestId), retryAfterS: retryAfterOf(error) };
}

function retryAfterOf({ status, context }: ApiError): number | undefined {
  const waitMs = context.retryInMs ?? context.nextFreeInMs;
  if (typeof waitMs === 'number') return Math.max(1, Math.ceil(waitMs / 1000));
  return status === 503 ? 1 : undefined;
}
