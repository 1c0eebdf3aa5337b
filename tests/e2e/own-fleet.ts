import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Fleet, type FleetOptions, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import { withStockPlayers } from './stock-play.ts';

export interface OwnFleet {
  readonly fleet: Fleet;
  /** The sample; it is live. */
  readonly titleId: string;
}

/** A page for a stock player, and a fleet of the test file's own beside the one that most share. */
export const withOwnFleet = (options: Omit<FleetOptions, 'dataDir' | 'ports' | 'database' | 'titles'>) =>
  withStockPlayers.extend<object, { own: OwnFleet }>({
    own: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to learn what the fixture needs.
      async ({}, use) => {
        const dataDir = await mkdtemp(path.join(tmpdir(), 'pressplay-own-'));
        const ports = portsFrom(await findFreeBasePort());
        const fleet = await startFleet({ ...options, dataDir, ports, database: 'memory', titles: 'sample' });
        const titleId = fleet.snapshot().titles[0]?.titleId ?? '';
        await fleet.waitUntilLive(titleId);
        await use({ fleet, titleId });
        await fleet.stop();
        await rm(dataDir, { recursive: true, force: true });
      },
      { scope: 'worker', timeout: 300_000 },
    ],
  });
