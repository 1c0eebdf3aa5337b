import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Fleet, findFreeBasePort, guardProcess, portsFrom } from '@pressplay/testkit/fleet';
import { bringUp } from '../up/bring-up.ts';

/** Paced, so that transfers have a middle also on one machine. */
const PACE_BPS = 8_000_000;

/** Runs something on a fleet that is started for it, in a folder of its own, and ends it however this ends. */
export async function withOwnFleet(run: (fleet: Fleet, signal: AbortSignal) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-drill-'));
  const leave = new AbortController();
  const ports = portsFrom(await findFreeBasePort());
  const starting = bringUp({
    dataDir,
    ports,
    database: 'embedded',
    sample: 'kept',
    paceBps: PACE_BPS,
    // Plays under way ask for a fresh grant while a region is away, too.
    controlPlane: { grantRefreshMs: 10_000 },
    signal: leave.signal,
  });
  const endFleet = async () => {
    leave.abort(new Error('interrupted'));
    await starting.then(
      (fleet) => fleet.stop(),
      () => undefined,
    );
    rmSync(dataDir, { recursive: true, force: true });
  };
  const lift = guardProcess({ end: endFleet, exit: (code) => process.exit(code) });
  try {
    await run(await starting, leave.signal);
  } catch (error) {
    // The guard ends the process of a drill that was interrupted.
    if (leave.signal.aborted) return;
    throw error;
  } finally {
    if (!leave.signal.aborted) {
      await endFleet();
      lift();
    }
  }
}
