import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Fleet, type FleetOptions, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import { missingBuild } from './supervisor.ts';

export interface FleetUnderTest {
  readonly fleet: Fleet;
  readonly dataDir: string;
  /** Its first live title. */
  readonly titleId: string;
  end(): Promise<void>;
}

/** The demo fleet on a database of its own, with a live title, in a folder and on ports of its own. */
export async function startFleetUnderTest(options: Partial<FleetOptions> = {}): Promise<FleetUnderTest> {
  const missing = missingBuild();
  if (missing) throw new Error(missing);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-fleet-'));
  const fleet = await startFleet({
    dataDir,
    ports: portsFrom(await findFreeBasePort()),
    database: 'embedded',
    titles: 'sample',
    ...options,
    // A report that a busy machine holds up is no silence.
    controlPlane: { grantRefreshMs: 2000, healthDeadlineMs: 60_000, ...options.controlPlane },
  });
  const end = async (): Promise<void> => {
    await fleet.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const titleId = fleet.snapshot().titles[0]?.titleId ?? '';
    await fleet.waitUntilLive(titleId);
    return { fleet, dataDir, titleId, end };
  } catch (error) {
    await end();
    throw error;
  }
}
