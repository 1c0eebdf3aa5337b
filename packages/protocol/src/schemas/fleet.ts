import { z } from 'zod';
import { Bps, Country, FileId, OcaId, Prefix, RegionId, Sha256, SiteClass, SiteId, TitleId } from './primitives.ts';
import { TitleSummary } from './title.ts';

export const HealthVerdict = z.enum(['healthy', 'saturated', 'draining', 'failing']);

const Share = z.number().nonnegative();

export const OcaLoads = z
  .object({ traffic: Share, connections: Share, disks: Share, processor: Share, memory: Share })
  .describe('How much of each resource is in use: 1 is all of it.');

export const HealthReport = z
  .object({
    ocaId: OcaId,
    siteId: SiteId,
    baseUrl: z.string(),
    verdict: HealthVerdict,
    reason: z.string().describe('Why this verdict, in a few words.'),
    capacityBps: Bps,
    capacityLeftBps: z
      .number()
      .nonnegative()
      .exactOptional()
      .describe('What it could send beside, by the worst of its bottlenecks.'),
    loads: OcaLoads.exactOptional(),
    trafficBps: Bps.describe('Sent to viewers, mean of the last seconds.'),
    connections: z.number().int().nonnegative().describe('Responses being sent now.'),
    servedBytes: z.number().nonnegative().describe('Since the process started.'),
    uptimeMs: z.number().nonnegative(),
  })
  .describe('PUT /v1/ocas/{ocaId}/health: the verdict of the OCA about itself. Silence means unhealthy.');

export const ReportAnswer = z
  .object({
    tellAll: z.boolean().describe('The region has just started and knows neither the routes nor the files of the OCA.'),
  })
  .describe('Answer to a report that asks for more, with 200; 204 and no body where the report is enough.');

export const Route = z.object({
  prefix: Prefix,
  asPath: z.array(z.number().int()).describe('Empty for the ISP that hosts the OCA.'),
  med: z.number().int().nonnegative().default(0),
});

export const RoutesReport = z
  .object({ ocaId: OcaId, routes: z.array(Route) })
  .describe(
    'PUT /v1/ocas/{ocaId}/routes: the prefixes this OCA may serve, as learned from the ISP. Replaces all before.',
  );

export const InventoryReport = z
  .object({ ocaId: OcaId, fileIds: z.array(FileId) })
  .describe('PUT /v1/ocas/{ocaId}/inventory: the verified files this OCA holds. Replaces all before.');

export const FillSource = z
  .object({
    kind: z.enum(['peer', 'tier', 'origin']).describe('Same site; a nearer or larger site; the origin.'),
    from: z.string().describe('OCA id or region id.'),
    url: z.string().describe('Signed and expiring.'),
  })
  .describe('Where a file can be copied from.');

export const FillFile = z.object({
  fileId: FileId,
  titleId: TitleId,
  sha256: Sha256,
  sizeBytes: z.number().int().positive(),
  contentType: z.string().max(100).exactOptional().describe('What OCAs call it to players; `video/mp4` where absent.'),
  sources: z.array(FillSource).describe('Best first.'),
});

export const FillManifest = z
  .object({
    ocaId: OcaId,
    files: z.array(FillFile).describe('What this OCA should hold, most wanted first.'),
    refreshInMs: z.number().positive(),
  })
  .describe('GET /v1/ocas/{ocaId}/fill-manifest');

export const Drain = z
  .object({
    kind: z.enum(['oca', 'site']),
    id: z.union([OcaId, SiteId]),
    reason: z.string(),
    sinceMs: z.number().describe('Unix time.'),
  })
  .describe('An OCA or a whole site that operators took out of service.');

export const DrainRequest = z
  .object({ reason: z.string().trim().min(1).max(200).default('maintenance') })
  .describe(
    'PUT /v1/ocas/{ocaId}/drain and PUT /v1/sites/{siteId}/drain (operators): new plays avoid it, running ones are moved by their next refresh. DELETE ends it.',
  );

export const OcaStatus = HealthReport.extend({
  siteId: SiteId,
  reportAgeMs: z.number().nonnegative(),
  usable: z.boolean().describe('False when silent for too long, failing or draining: steering does not name it.'),
  drained: z.string().exactOptional().describe('Why operators took it, or its site, out of service.'),
  fileCount: z.number().int().nonnegative(),
  prefixCount: z.number().int().nonnegative(),
});

export const OcaDetail = OcaStatus.extend({
  usableReason: z.string().describe('Why steering names it or not: verdict and reason, silence, or the drain.'),
  heardAll: z.boolean().describe('Whether its routes and files are known here, if only from the store.'),
  routes: z
    .array(z.object({ prefix: Prefix, asPathLength: z.number().int(), med: z.number().int() }))
    .max(1000)
    .describe('What it announces, the first thousand; `prefixCount` says how many there are.'),
  fileIds: z.array(FileId).max(10_000).describe('What it holds, the first ten thousand; `fileCount` says how many.'),
  titles: z.array(TitleId).describe('Of which it holds every file.'),
}).describe('GET /v1/ocas/{ocaId} (viewers): everything this region knows of one OCA.');

export const SiteInfo = z.object({
  siteId: SiteId,
  name: z.string(),
  siteClass: SiteClass,
  asn: z.number().int(),
  latitude: z.number(),
  longitude: z.number(),
});

export const FleetStatus = z
  .object({
    region: RegionId,
    sites: z.array(SiteInfo),
    ocas: z.array(OcaStatus),
    drains: z.array(Drain),
    titles: z.array(TitleSummary),
  })
  .describe('GET /v1/fleet (operators): what this region knows about the fleet.');

export const RegionHealth = z
  .object({
    regionId: RegionId,
    ready: z.boolean().describe('Takes new plays; 503 where it does not.'),
    degraded: z
      .object({
        reason: z.string().describe('What works and what does not.'),
        storeSilentMs: z.number().nonnegative().exactOptional(),
        newPlaysForMs: z
          .number()
          .nonnegative()
          .exactOptional()
          .describe('How much longer new plays begin from the last snapshot.'),
        fromDisk: z
          .boolean()
          .exactOptional()
          .describe(
            'The region started while the store was silent: what it knows is the snapshot of an earlier process.',
          ),
      })
      .exactOptional()
      .describe('Absent while the store answers.'),
  })
  .describe('GET /v1/health');

export const RegionLife = z
  .object({ regionId: RegionId, upForMs: z.number().nonnegative().describe('Since the process began to answer.') })
  .describe('GET /v1/live: the process answers, whatever it can do.');

export const ClientNetworkEntry = z
  .object({
    prefix: Prefix,
    country: Country,
    asn: z.number().int(),
    provider: z.string(),
    latitude: z.number(),
    longitude: z.number(),
  })
  .describe('Which country and provider an address prefix belongs to.');

export const FleetFile = z
  .object({
    regions: z
      .array(
        z.object({
          regionId: RegionId,
          host: z.string(),
          port: z.number().int(),
          latitude: z.number(),
          longitude: z.number(),
        }),
      )
      .min(1),
    sites: z.array(
      SiteInfo.extend({
        routes: z.array(Route),
        ocas: z.array(z.object({ ocaId: OcaId, host: z.string(), port: z.number().int(), capacityBps: Bps })).min(1),
      }),
    ),
    networks: z.array(ClientNetworkEntry),
  })
  .describe('The fleet file: regions, sites with their OCAs and routes, and the client networks.');
