import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CatalogTitle, FleetFile } from '@pressplay/protocol/messages';
import { DEMO_FLEET } from '@pressplay/testkit';
import { type Fleet, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import { provideTitle } from '../browser/bench-title.ts';

/** What one response gets at most: without it loopback would swallow whole segments before anything could fail. */
export const PACE_BPS = 8_000_000;

/** A fleet of its own for plays that fail one after the other, beside other lanes. */
export interface Lane {
  readonly fleet: Fleet;
  readonly title: CatalogTitle;
  close(): Promise<void>;
}

export async function openLane(laneNumber: number): Promise<Lane> {
  const dataDir = await mkdtemp(path.join(tmpdir(), `pressplay-bench-failover-${laneNumber}-`));
  const remove = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  try {
    const title = await provideTitle(dataDir);
    const fleet = await startFleet({
      dataDir,
      fleetFile: laneFleet(laneNumber),
      ports: portsFrom(await findFreeBasePort()),
      database: 'memory',
      paceBps: PACE_BPS,
    });
    const close = async (): Promise<void> => {
      await fleet.stop();
      await remove();
    };
    await fleet.waitUntilLive(title.titleId);
    return { fleet, title, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Three servers at two sites. A viewer on this machine is given the two of his provider: the one that breaks, and one to go on with. */
function laneFleet(laneNumber: number): FleetFile {
  const [region] = DEMO_FLEET.regions;
  const sites = DEMO_FLEET.sites.filter(({ siteId }) => siteId === 'fjord-1' || siteId === 'ix-1');
  return {
    ...DEMO_FLEET,
    regions: region ? [region] : [],
    sites: sites.map((site, siteNumber) => ({
      ...site,
      ocas: site.ocas.slice(0, 2 - siteNumber).map((oca, index) => ({
        ...oca,
        host: `127.22.${laneNumber + 1}.${siteNumber * 10 + index + 1}`,
      })),
    })),
  };
}
