import type { Plan } from '../accounts/plans.ts';
import { ApiError } from '../api-error.ts';
import type { StoredPlay } from '../leases/play-claim.ts';

/** No stream is free: says who holds them, the first to be free first, so that the viewer knows which screen to go to. */
export function streamLimit(holders: readonly StoredPlay[], plan: Plan, wallMs: number): ApiError {
  const devices = holders.map(({ device }) => device.name ?? 'a device without a name');
  const playing = holders.map(({ titleId }, at) => `${devices[at]} plays "${titleId}"`);
  const maxStreams = plan.maxStreams ?? holders.length;
  return new ApiError(
    'account/stream-limit',
    `The plan allows ${maxStreams} ${maxStreams === 1 ? 'play' : 'plays'} at a time: ${playing.join(', ')}.`,
    {
      maxStreams,
      devices,
      titles: holders.map(({ titleId }) => titleId),
      plays: holders.map(({ playId }) => playId),
      nextFreeInMs: Math.max(0, Math.ceil((holders[0]?.leaseEndsAtMs ?? wallMs) - wallMs)),
    },
  );
}
