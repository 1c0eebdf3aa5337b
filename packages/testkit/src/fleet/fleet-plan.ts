import path from 'node:path';
import type { FleetKeys, ProcessConfigInput } from '@pressplay/mock-backend/node';
import type { FleetFile } from '@pressplay/protocol/messages';
import { DEMO_FLEET, placeFleet } from '../demo-fleet.ts';
import type { DataFolder } from './data-folder.ts';
import type { ControlPlaneSettings, FleetOptions, OcaEndpoint, RegionEndpoint } from './fleet-options.ts';
import { DEFAULT_BASE_PORT, type FleetPorts, type PortClaim, portsFrom } from './ports.ts';

/** A title is playable once so many OCAs hold all of it, at so many sites. */
const COPIES_NEEDED = 4;
const SITES_NEEDED = 2;

type FleetOca = FleetFile['sites'][number]['ocas'][number];

export interface PlannedRegion extends RegionEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface PlannedOca extends OcaEndpoint {
  readonly oca: FleetOca;
  readonly site: FleetFile['sites'][number];
}

/** Who listens where: decided before anything starts. */
export interface FleetPlan {
  readonly file: FleetFile;
  readonly ports: FleetPorts;
  readonly regions: readonly PlannedRegion[];
  readonly ocas: readonly PlannedOca[];
}

export function planFleet(options: FleetOptions, platform: NodeJS.Platform = process.platform): FleetPlan {
  const ports = options.ports ?? portsFrom(DEFAULT_BASE_PORT);
  const given = options.fleetFile ?? DEMO_FLEET;
  const staysPut = options.fleetFile !== undefined && options.ports === undefined;
  const placement = { firstRegionPort: ports.firstRegion, ocaPort: ports.oca, ownAddresses: platform === 'linux' };
  const file = staysPut ? given : placeFleet(given, placement);
  // Regions share what they know through the database: without one there is one region.
  const regions = options.database === 'memory' ? file.regions.slice(0, 1) : file.regions;
  return {
    file,
    ports,
    regions: regions.map(({ regionId, host, port }) => ({ regionId, host, port, baseUrl: `http://${host}:${port}` })),
    ocas: file.sites.flatMap((site) =>
      site.ocas.map((oca) => ({
        ocaId: oca.ocaId,
        siteId: site.siteId,
        baseUrl: `http://${oca.host}:${oca.port}`,
        oca,
        site,
      })),
    ),
  };
}

export function portClaims(plan: FleetPlan, options: FleetOptions): PortClaim[] {
  const local = (owner: string, port: number) => ({ owner, host: '127.0.0.1', port });
  return [
    ...(options.serveControlRoom ? [local('the control room', plan.ports.control)] : []),
    ...plan.regions.map(({ regionId, host, port }) => ({ owner: `region ${regionId}`, host, port })),
    ...(options.database === 'embedded' ? [local('PostgreSQL', plan.ports.postgres)] : []),
    ...plan.ocas.map(({ oca }) => ({ owner: `OCA ${oca.ocaId}`, host: oca.host, port: oca.port })),
  ];
}

/** What the process of a region reads. */
export function regionProcessConfig(
  { regionId, host, port }: PlannedRegion,
  plan: FleetPlan,
  data: DataFolder,
  databaseUrl: string,
  settings: ControlPlaneSettings = {},
): ProcessConfigInput {
  return {
    regionId,
    host,
    port,
    secret: data.secret,
    databaseUrl,
    originDir: data.origin,
    snapshotDir: path.join(data.regions, regionId),
    sites: plan.file.sites.map(({ routes: _routes, ocas: _ocas, ...info }) => info),
    networks: plan.file.networks,
    originBaseUrls: plan.regions.map(({ regionId: id, baseUrl }) => ({ regionId: id, baseUrl })),
    trustClientAddress: true,
    corsOrigins: '*',
    copiesNeeded: Math.min(COPIES_NEEDED, plan.ocas.length),
    sitesNeeded: Math.min(SITES_NEEDED, plan.file.sites.length),
    ...settings,
  };
}

/** What the process of an OCA reads. */
export function ocaProcessConfig(
  { oca, site, baseUrl }: PlannedOca,
  plan: FleetPlan,
  keys: FleetKeys,
  data: DataFolder,
  { paceBps, engine, learnedRoutes }: Pick<FleetOptions, 'paceBps' | 'engine' | 'learnedRoutes'> = {},
) {
  return {
    ocaId: oca.ocaId,
    siteId: site.siteId,
    baseUrl,
    capacityBps: oca.capacityBps,
    urlKey: keys.urlKey,
    ocaToken: keys.ocaTokenFor(oca.ocaId),
    controlToken: keys.controlToken,
    regions: plan.regions.map(({ regionId, baseUrl: regionUrl }) => ({ regionId, baseUrl: regionUrl })),
    routes: learnedRoutes?.[oca.ocaId] ?? site.routes,
    ...(paceBps === undefined ? {} : { paceBps }),
    // They all share this machine: one worker each.
    ...(engine === undefined ? {} : { engine, nginx: { workers: 1 } }),
    host: oca.host,
    port: oca.port,
    disks: ['disk0', 'disk1'].map((disk) => path.join(data.ocas, oca.ocaId, disk)),
    requestLogFile: requestLogFile(data, oca.ocaId),
  };
}

export function requestLogFile(data: DataFolder, ocaId: string): string {
  return path.join(data.logs, `${ocaId}.requests.jsonl`);
}
