import { isPlayerError } from '../errors/player-error.ts';
import { isAboutFleet } from './judge-answer.ts';

/** `begin-anew`: nobody knows the play, and whoever knows nothing of it cannot have ended it. */
export type AfterFailure = 'go-on' | 'begin-anew' | 'end';

/**
 * What follows for a play that runs from a renewal that failed, or, where `isAnew`, from the request for a new play in its
 * place. As long as the token opens servers a play goes on without a region. But who has lost his stream, whose API token
 * was called back, and who may not begin this play, may not go on with it either: what the servers would still give is not for him any more.
 */
export function afterFailure(error: unknown, isAnew: boolean): AfterFailure {
  if (!isPlayerError(error)) return 'go-on';
  const { code } = error;
  if (isAnew) return isAboutFleet(error) || /^(region|request)\//.test(code) ? 'go-on' : 'end';
  if (code === 'play/unknown') return 'begin-anew';
  return /\/(stream-limit|ended|revoked)$/.test(code) ? 'end' : 'go-on';
}
