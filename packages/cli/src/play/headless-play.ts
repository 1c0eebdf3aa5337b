import type { Player, PlayerEvents, PlayerStats, RegionEndpoint } from '@pressplay/sdk-node';
import { createPlayer } from '@pressplay/sdk-node';

export interface HeadlessPlayOptions {
  readonly regions: readonly RegionEndpoint[];
  readonly accessToken: string;
  readonly clientAddress?: string;
}

export function createHeadlessPlayer({ regions, accessToken, clientAddress }: HeadlessPlayOptions): Player {
  return createPlayer({
    regions,
    accessToken,
    ...(clientAddress === undefined ? {} : { clientAddress }),
  });
}

export interface PlayUntil {
  /** Ends the play when true; asked twenty times a second. */
  readonly enough: (stats: PlayerStats) => boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Plays until the end, an error, the limit, or until it is enough. Throws the player's error. */
export async function playUntil(
  player: Player,
  { enough, timeoutMs, signal }: PlayUntil,
): Promise<'ended' | 'enough' | 'timeout' | 'aborted'> {
  let failure: unknown;
  const off = player.on('error', ({ error }: PlayerEvents['error']) => {
    failure = error;
  });
  const deadlineMs = performance.now() + timeoutMs;
  try {
    for (;;) {
      if (player.state === 'failed') throw failure ?? new Error('The player failed without an error');
      if (player.state === 'ended') return 'ended';
      if (signal?.aborted) return 'aborted';
      if (enough(player.stats())) return 'enough';
      if (performance.now() > deadlineMs) return 'timeout';
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    off();
  }
}
