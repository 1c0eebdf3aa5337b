import { pino } from 'pino';
import { ProcessConfig } from '../process/process-config.ts';
import { type RegionServer, startRegion } from '../process/region-server.ts';
import type { Store } from '../store/store.ts';
import { NETWORKS, SITES } from './test-region.ts';

export const REGION_SECRET = 's'.repeat(32);

/** A region with a store in memory, its own or the one given, listening on a free port. */
export function startMemoryRegion(requestTimeoutMs: number, store?: Store): Promise<RegionServer> {
  const config = ProcessConfig.parse({
    regionId: 'us-east-1',
    port: 0,
    databaseUrl: 'memory',
    secret: REGION_SECRET,
    sites: SITES,
    networks: NETWORKS,
    originBaseUrls: [],
    copiesNeeded: 1,
    sitesNeeded: 1,
    requestTimeoutMs,
  });
  return startRegion({ ...config, secret: REGION_SECRET }, pino({ level: 'silent' }), store);
}
