import { PlayerError, type PlayerErrorCode } from '../errors/player-error.ts';
import type { DeliveryOutcome } from './ledger.ts';
import type { StatusAction } from './status-action.ts';

/** One failed try at a range. */
export interface FailedAttempt {
  readonly ocaId: string;
  readonly outcome: DeliveryOutcome;
  readonly action?: StatusAction['kind'] | undefined;
  readonly status?: number | undefined;
}

/**
 * The error when nothing is left to try. What every server said alike is the cause; else there is none left. Where the
 * token is known to be over, one server that says so is enough: a fresh token would open that one.
 */
export function rangeError(fileId: string, attempts: readonly FailedAttempt[], isTokenOver = false): PlayerError {
  const [code, message] = causeOf(lastByServer(attempts), isTokenOver);
  return new PlayerError(code, message, { fileId, attempts: attempts.map(describe) });
}

function causeOf(last: readonly FailedAttempt[], isTokenOver: boolean): [PlayerErrorCode, string] {
  const all = (action: StatusAction['kind']): boolean => last.length > 0 && last.every((a) => a.action === action);
  if (all('token-expired') || (isTokenOver && last.some(({ action }) => action === 'token-expired')))
    return ['delivery/token-expired', 'The servers call the token expired.'];
  if (all('token-rejected')) return ['delivery/token-rejected', 'Every server refuses the token.'];
  if (all('range-unsatisfiable')) return ['delivery/range-unsatisfiable', 'The range does not exist in the file.'];
  return ['delivery/no-server-left', 'Every server of the play failed for this range.'];
}

function lastByServer(attempts: readonly FailedAttempt[]): readonly FailedAttempt[] {
  return [...new Map(attempts.map((attempt) => [attempt.ocaId, attempt])).values()];
}

function describe({ ocaId, outcome, status }: FailedAttempt): string {
  return `${ocaId}:${outcome}${status === undefined ? '' : ` ${status}`}`;
}
