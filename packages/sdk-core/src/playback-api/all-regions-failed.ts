import { PlayerError } from '../errors/player-error.ts';
import { isAboutFleet } from './judge-answer.ts';

export interface RegionFailure {
  readonly regionId: string;
  readonly cause: string;
  readonly error?: PlayerError;
}

/**
 * The one error for a request that every region failed. A region that lives and knows no server for the play, or not
 * enough copies of it, has decided something that the viewer can be told; everything else is about the regions themselves.
 */
export function allRegionsFailed(failures: readonly RegionFailure[]): PlayerError {
  const decisions = failures.filter(isDecision);
  // One that knows the play knows better than those that do not.
  const decided = (decisions.find(({ error }) => error?.code !== 'play/unknown') ?? decisions[0])?.error;
  if (decided) return decided;
  const said = failures.map(({ regionId, cause }) => `${regionId}: ${cause}`);
  const onlyBad = failures.length > 0 && failures.every(({ error }) => error?.code === 'region/bad-response');
  const code = onlyBad ? 'region/bad-response' : 'region/unreachable';
  return new PlayerError(code, `No region answered usably (${said.join('; ') || 'none is configured'}).`, {
    regions: said,
  });
}

/** A region said something that another round would hear again. */
export const hasDecided = (failures: readonly RegionFailure[]): boolean => failures.some(isDecision);

const isDecision = ({ error }: RegionFailure): boolean => error !== undefined && isAboutFleet(error);
