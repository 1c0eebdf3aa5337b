import path from 'node:path';
import { bundledMain } from './child.ts';
import { asDiskFull } from './fleet-error.ts';
import type { Fleet, FleetOptions } from './fleet-options.ts';
import { planFleet, portClaims } from './fleet-plan.ts';
import { assertPortsFree } from './ports.ts';
import { RunningFleet } from './running-fleet.ts';
import { assertFolderFree } from './state-file.ts';

/**
 * Starts real processes: PostgreSQL, regions, OCAs. Resolves when all of them listen and the titles asked for are
 * published; `waitUntilLive` tells when OCAs hold them. Throws `FleetError` with nothing left running.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const plan = planFleet(options);
  const mains = { region: bundledMain('@pressplay/mock-backend'), oca: bundledMain('@pressplay/mock-oca') };
  assertFolderFree(options.dataDir);
  await assertPortsFree(portClaims(plan, options));
  const fleet = new RunningFleet(plan, options, mains);
  const stop = () => void fleet.stop();
  options.signal?.addEventListener('abort', stop);
  try {
    await fleet.start();
    options.signal?.throwIfAborted();
    return fleet;
  } catch (error) {
    await fleet.stop();
    throw asDiskFull(error, path.resolve(options.dataDir));
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}
