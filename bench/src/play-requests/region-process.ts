import { PostgresStore, ProcessConfig, type RegionLogger, startRegion } from '@pressplay/mock-backend/node';
import { NETWORKS, sitesOf } from './made-fleet.ts';
import { type Leases, MadeStore } from './made-store.ts';
import { readUsage, type Usage } from './measured-process.ts';
import type { Sizes } from './sizes.ts';

export interface RegionSettings {
  readonly sizes: Sizes;
  readonly databaseUrl: string;
  readonly secret: string;
}

export type RegionOrder =
  | { readonly order: 'begin'; readonly settings: RegionSettings }
  | { readonly order: 'leases'; readonly leases: Leases }
  | { readonly order: 'change-routes' }
  | { readonly order: 'usage' };

const LONG_MS = 24 * 3600 * 1000;
/** One decision in a hundred is logged whole. */
const LOG_SHARE = 0.01;

const quiet = (): void => undefined;
const say = (fields: object, message: string): void => console.error(message, fields);
const logger: RegionLogger = { debug: quiet, info: quiet, warn: say, error: say };

let store: MadeStore | undefined;
process.on('message', (order: RegionOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error) => process.send?.({ failed: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());

async function obey(order: RegionOrder): Promise<{ url?: string; usage?: Usage; changesRead?: number }> {
  if (order.order === 'begin') return { url: await begin(order.settings) };
  if (order.order === 'leases') store?.keepLeasesIn(order.leases);
  if (order.order === 'change-routes') store?.changeRoutes();
  return { usage: readUsage(), changesRead: store?.changesRead ?? 0 };
}

/** A region as the process starts it, but for what is made up and for reports that would have to come each second. */
async function begin({ sizes, databaseUrl, secret }: RegionSettings): Promise<string> {
  store = new MadeStore(sizes, await PostgresStore.open({ url: databaseUrl, timeoutMs: 10_000 }));
  const config = ProcessConfig.parse({
    regionId: 'us-east-1',
    port: 0,
    databaseUrl,
    secret,
    sites: sitesOf(sizes),
    networks: NETWORKS,
    originBaseUrls: [],
    trustClientAddress: true,
    healthDeadlineMs: LONG_MS,
    decisionLogShare: LOG_SHARE,
    copiesNeeded: 3,
    sitesNeeded: 2,
    logLevel: 'silent',
  });
  const { url } = await startRegion({ ...config, secret }, logger, store);
  return url;
}
