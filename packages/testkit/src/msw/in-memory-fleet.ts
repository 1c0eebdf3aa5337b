import type { Fault, FleetFile, FleetStatus } from '@pressplay/protocol/messages';
import type { Clock, RegionEndpoint } from '@pressplay/sdk-core';
import type { RequestHandler } from 'msw';
import { DEMO_FLEET } from '../demo-fleet.ts';
import { EventLog } from '../simulation/event-log.ts';
import { type SyntheticTitle, shelvedFilesOf, synthesizeTitle } from '../simulation/media.ts';
import { Network } from '../simulation/network.ts';
import { SimulatedFleet } from '../simulation/simulated-fleet.ts';
import type { ControlPlaneSettings } from '../simulation/simulated-region.ts';
import { mswHandlers } from './msw-handlers.ts';

export interface InMemoryFleetOptions {
  /** Default: one title of twelve seconds, `noise-1`. */
  readonly titles?: readonly SyntheticTitle[];
  readonly fleetFile?: FleetFile;
  readonly controlPlane?: ControlPlaneSettings;
  /** Where the app under test is, for licences and steering; default a customer of Fjord Broadband. */
  readonly clientAddress?: string;
}

/** The real control plane and the real OCAs inside this process, for `setupServer(...fleet.handlers)` or `setupWorker`. */
export interface InMemoryFleet {
  readonly handlers: RequestHandler[];
  /** For `createPlayer({ regions })`. */
  readonly regions: readonly RegionEndpoint[];
  accessToken(accountId?: string): string;
  killOca(ocaId: string): void;
  restartOca(ocaId: string): void;
  setFaults(ocaId: string, faults: readonly Fault[]): Promise<void>;
  killRegion(regionId: string): void;
  restartRegion(regionId: string): void;
  status(): Promise<FleetStatus>;
  /** Ends every timer. */
  stop(): void;
}

const POLL_MS = 20;
const UNTIL_LIVE_MS = 10_000;

/** Resolves when the titles can be played. Runs in real time: virtual time is `createWorld`. */
export async function startInMemoryFleet(options: InMemoryFleetOptions = {}): Promise<InMemoryFleet> {
  const { titles = [synthesizeTitle({ titleId: 'noise-1', durationMs: 12_000 })], fleetFile = DEMO_FLEET } = options;
  const network = new Network(REAL_CLOCK);
  const fleet = new SimulatedFleet(REAL_CLOCK, network, new EventLog(REAL_CLOCK), {
    seed: 1,
    fleetFile,
    shelf: titles.flatMap(shelvedFilesOf),
    links: {},
    controlPlane: options.controlPlane ?? {},
    ocas: {},
  });
  await fleet.start(titles);
  const stop = (): void => {
    for (const oca of fleet.ocas) oca.kill();
    for (const region of fleet.regions) region.kill();
  };
  await untilLive(fleet, titles.length).catch((error: unknown) => {
    stop();
    throw error;
  });
  return {
    handlers: mswHandlers([...fleet.regions, ...fleet.ocas], { clientAddress: options.clientAddress }),
    regions: fleet.regionEndpoints,
    accessToken: (accountId = 'viewer-1') => fleet.keys.accessTokenFor(accountId),
    killOca: (ocaId) => fleet.oca(ocaId).kill(),
    restartOca: (ocaId) => fleet.oca(ocaId).start(),
    setFaults: (ocaId, faults) => fleet.oca(ocaId).setFaults(faults),
    killRegion: (regionId) => fleet.region(regionId).kill(),
    restartRegion: (regionId) => fleet.region(regionId).start(),
    status: () => fleet.runningRegion().status(),
    stop,
  };
}

const REAL_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

async function untilLive(fleet: SimulatedFleet, titleCount: number): Promise<void> {
  const deadlineMs = performance.now() + UNTIL_LIVE_MS;
  for (;;) {
    const statuses = await Promise.all(fleet.regions.map((region) => region.status()));
    if (statuses.every(({ titles }) => titles.filter((title) => title.live).length === titleCount)) return;
    if (performance.now() > deadlineMs) throw new Error('The titles of the fleet in memory did not go live.');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
