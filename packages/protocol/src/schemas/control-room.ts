import { z } from 'zod';
import { Fault, OcaControlStatus } from './faults.ts';
import { SiteInfo } from './fleet.ts';
import { Bps, OcaId, RegionId, SiteId } from './primitives.ts';
import { TitleSummary } from './title.ts';

export const ProcessState = z
  .enum(['starting', 'up', 'hanging', 'down'])
  .describe('What the supervisor knows of a process. `hanging`: stopped on purpose; it accepts and never answers.');

export const RegionView = z.object({ regionId: RegionId, baseUrl: z.string(), process: ProcessState });

export const OcaView = z
  .object({
    ocaId: OcaId,
    siteId: SiteId,
    baseUrl: z.string(),
    process: ProcessState,
    capacityBps: Bps,
    faults: z.array(Fault),
    drained: z.string().exactOptional().describe('Why operators took it, or its site, out of service.'),
    status: OcaControlStatus.exactOptional().describe('Absent while the OCA does not answer.'),
    filesWanted: z.number().int().describe('Files the catalog has in all.'),
  })
  .describe('One OCA as the control room shows it.');

export const FleetEvent = z
  .object({
    atMs: z.number().describe('Unix time in milliseconds.'),
    text: z.string(),
    ocaId: OcaId.exactOptional(),
    regionId: RegionId.exactOptional(),
  })
  .describe('Something that happened to the fleet.');

export const FleetSnapshot = z
  .object({
    atMs: z.number(),
    sites: z.array(SiteInfo),
    regions: z.array(RegionView),
    ocas: z.array(OcaView),
    titles: z.array(TitleSummary),
    events: z.array(FleetEvent).describe('The latest, oldest first.'),
  })
  .describe(
    'GET /api/fleet on the supervisor; GET /api/fleet/stream sends one as a server-sent event each half second.',
  );

export const DemoSettings = z
  .object({
    regions: z.array(z.object({ regionId: RegionId, baseUrl: z.string() })),
    accessToken: z.string().describe('An API token of the demo account.'),
    clients: z
      .array(z.object({ label: z.string(), address: z.string() }))
      .describe('Addresses a demo client may claim.'),
  })
  .describe('GET /api/demo on the supervisor: what a page needs to play.');
