import { isPlayerError, type PlayerError } from '../errors/player-error.ts';
import { readApiError } from './read-answer.ts';

/** What an answer of a region means for the request. */
export type RegionVerdict<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** The control plane decided against it: another region would say the same. */
  | { readonly kind: 'refused'; readonly error: PlayerError }
  /** This region is of no use now: another one may be. `error` is what it said, where it said something. */
  | { readonly kind: 'failed'; readonly cause: string; readonly error?: PlayerError };

/** Judges one answer. `read` reads a body of status 2xx and throws a `PlayerError` where it is not the contract. */
export function judgeAnswer<T>(status: number, body: string, read: (body: string) => T): RegionVerdict<T> {
  if (status >= 200 && status < 300) return judgeSuccess(body, read);
  const error = readApiError(status, body);
  if (!error) return { kind: 'failed', cause: `region/bad-response: status ${status} without a typed error` };
  const isFinal = status >= 400 && status < 500 && !isAboutFleet(error);
  return isFinal ? { kind: 'refused', error } : { kind: 'failed', cause: error.code, error };
}

function judgeSuccess<T>(body: string, read: (body: string) => T): RegionVerdict<T> {
  try {
    return { kind: 'answered', value: read(body) };
  } catch (error) {
    if (!isPlayerError(error)) throw error;
    return { kind: 'failed', cause: `${error.code}: ${error.context.problem ?? error.message}`, error };
  }
}

/**
 * What a region says of the fleet is what it heard so far: one that has just started may not have heard yet. And one
 * whose clock runs a day ahead takes a play of today for a forgotten one.
 */
export const isAboutFleet = ({ code }: PlayerError): boolean =>
  code === 'title/not-live' || code === 'steering/no-server' || code === 'play/unknown';
