import type { FailedAttempt } from './range-error.ts';

/**
 * What a failure speaks of: the machine or the way to it (`host`), this file on it for now (`file`), or this file on
 * it for good (`lacking`).
 */
export function outcomeScope({ outcome, action }: FailedAttempt): 'host' | 'file' | 'lacking' {
  if (outcome === 'other-bytes') return 'lacking';
  if (outcome === 'short') return 'file';
  if (outcome !== 'status') return 'host';
  switch (action) {
    case 'lacks-file':
    case 'other-file':
      return 'lacking';
    case 'token-rejected':
    case 'token-expired':
    case 'range-unsatisfiable':
      return 'file';
    default:
      return 'host';
  }
}

/** May the same server deliver the same range a little later? */
export function isTransient(attempt: FailedAttempt): boolean {
  return outcomeScope(attempt) === 'host' || attempt.outcome === 'short';
}
