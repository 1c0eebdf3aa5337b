import { deriveKeys, issueAccessToken } from '@pressplay/mock-backend/node';
import { schemas } from '@pressplay/protocol';
import type { FleetSnapshot } from '@pressplay/protocol/messages';
import type { RegionEndpoint } from '@pressplay/sdk-node';
import { type Fleet, type FleetState, openDataFolder, type RegionFailure } from '@pressplay/testkit/fleet';
import { CliError } from '../cli-error.ts';

/** The fleet that a drill is held on. */
export interface DrillTarget {
  readonly regions: readonly RegionEndpoint[];
  accessToken(accountId: string): Promise<string>;
  snapshot(): Promise<Pick<FleetSnapshot, 'titles' | 'regions'>>;
  /** Returns when the region has failed; the supervisor starts it again after that time. */
  failRegion(regionId: string, forMs: number, how: RegionFailure): Promise<void>;
}

export const targetOfFleet = (fleet: Fleet): DrillTarget => ({
  regions: fleet.regions,
  accessToken: (accountId) => fleet.accessToken(accountId),
  snapshot: async () => fleet.snapshot(),
  failRegion: (regionId, forMs, how) => fleet.failRegion(regionId, forMs, how),
});

/** A fleet that another process supervises. */
export function targetOfState({ controlUrl, regions }: FleetState, dataDir: string): DrillTarget {
  if (controlUrl === undefined)
    throw new CliError('The running fleet serves no control interface: start it with npm start or pressplay up.');
  const { accountsKey } = deriveKeys(openDataFolder(dataDir).secret);
  return {
    regions,
    accessToken: (accountId) => issueAccessToken(accountsKey, accountId),
    snapshot: async () => schemas.FleetSnapshot.parse(await askSupervisor(controlUrl, 'GET', '/api/fleet')),
    async failRegion(regionId, forMs, how) {
      await askSupervisor(controlUrl, 'PUT', `/api/regions/${encodeURIComponent(regionId)}/outage`, { forMs, how });
    },
  };
}

async function askSupervisor(controlUrl: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${controlUrl}${path}`, {
    method,
    headers: { 'Pressplay-Control': '1' },
    signal: AbortSignal.timeout(10_000),
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error) => {
    throw new CliError(
      `The supervisor at ${controlUrl} does not answer: ${error instanceof Error ? error.message : error}`,
    );
  });
  const answer = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
  if (!response.ok) throw new CliError(answer.error?.message ?? `${method} ${path} answered ${response.status}.`);
  return answer;
}
