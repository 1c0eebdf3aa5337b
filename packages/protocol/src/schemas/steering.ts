import { z } from 'zod';
import { Route } from './fleet.ts';
import { Bps, FileId, OcaId, PlayId, Prefix, RegionId, SiteClass, SiteId, TitleId } from './primitives.ts';

export const OcaCondition = z
  .enum(['healthy', 'saturated', 'draining', 'failing', 'silent'])
  .describe('What an OCA says of itself, or that it says nothing.');

export const DropLabel = z
  .enum(['H', 'D', 'F', 'S', 'C', 'L'])
  .describe(
    'H health, D draining, F full (capacity), S slow for this player and put back, C content, L beyond the limit of ten.',
  );

export const LookedAtOca = z
  .object({
    ocaId: OcaId,
    condition: OcaCondition,
    reason: z.string().describe('Why this condition, in the words of the OCA.'),
    capacityBps: Bps,
    loadBps: Bps.describe('Sent to viewers by its last report, and the plays given to it since.'),
    lacks: z.array(z.number().int().nonnegative()).describe('Indices of the files of the play that it does not hold.'),
  })
  .describe('An OCA as steering saw it at the moment of a decision.');

export const LookedAtSite = z
  .object({
    siteId: SiteId,
    siteClass: SiteClass,
    prefixLength: z
      .number()
      .int()
      .min(0)
      .max(128)
      .describe('Of the longest prefix it announces that holds the client.'),
    asPathLength: z.number().int().nonnegative(),
    med: z.number().int().nonnegative(),
    distanceKm: z.number().nonnegative(),
    ocas: z.array(LookedAtOca).describe('In the order that the play gives the OCAs of this site.'),
  })
  .describe('OCAs of one site that are equally near to the client.');

export const PathwayReport = z
  .object({ ocaId: OcaId, throughputBps: Bps })
  .describe('What a stock player measured of an OCA.');

export const SteeringInputs = z
  .object({
    playId: PlayId,
    titleId: TitleId,
    region: RegionId,
    occasion: z
      .enum(['start', 'renewal', 'manifest', 'steering'])
      .describe('A play request, its renewal; an HLS or DASH manifest, or content steering, asked for by any player.'),
    atMs: z.number().describe('Unix time.'),
    clientPrefix: Prefix.describe('The client, to a /24 or a /48.'),
    tableVersion: z.number().int().nonnegative(),
    playBps: Bps.describe('The best picture and the best sound of the play.'),
    fileIds: z.array(FileId),
    sites: z
      .array(LookedAtSite)
      .describe('Nearest first; as many as the decision, or one without any one of them, needs.'),
    reports: z.array(PathwayReport).exactOptional().describe('What the player told by content steering.'),
  })
  .describe('Everything a steering decision depends on.');

export const SteeringDrop = z.object({ ocaId: OcaId, label: DropLabel });

export const SteeringChoice = z
  .object({
    servers: z
      .array(z.object({ ocaId: OcaId, siteId: SiteId, siteRank: z.number().int().nonnegative() }))
      .describe('At most ten, best first.'),
    fileSets: z.array(z.object({ servers: z.array(z.number().int().nonnegative()), fileIds: z.array(FileId) })),
    unserved: z.array(FileId).describe('Files that no usable OCA holds.'),
    drops: z.array(SteeringDrop).describe('OCAs that the network order would name, and why they were not.'),
  })
  .describe('What steering made of its inputs.');

export const SteeringDecision = z
  .object({ inputs: SteeringInputs, choice: SteeringChoice })
  .describe('One line of the decision log: the choice follows from the inputs alone.');

export const SteeringExplanation = z
  .object({ decision: SteeringDecision, text: z.string() })
  .describe('A decision and why it came about, for people.');

export const SteeringExplanations = z
  .object({ decisions: z.array(SteeringExplanation) })
  .describe('GET /v1/steering/decisions/{playId} (operators): every logged decision of a play, the oldest first.');

export const ReplayRequest = z
  .object({
    withoutSites: z.array(SiteId).default([]).describe('Sites that are taken away; none checks that the log replays.'),
    sinceMs: z.number().nonnegative().default(0).describe('Unix time of the first decision.'),
    limit: z.number().int().min(1).max(100_000).default(10_000).describe('The newest so many decisions.'),
  })
  .describe('POST /v1/steering/replay (operators)');

export const ReplayLoad = z.object({
  capacityBps: Bps.describe('The highest seen in the log.'),
  baseBps: Bps.describe('The load reported before the first of these plays.'),
  beforeBps: Bps.describe('Bit rates of the plays whose first server stands here, as logged.'),
  afterBps: Bps.describe('The same with the changes.'),
  overloaded: z.boolean().describe('`baseBps + afterBps` is above the capacity, and more than before.'),
});

export const ReplayReport = z
  .object({
    decisions: z.number().int().nonnegative(),
    plays: z.number().int().nonnegative().describe('Different plays; each counts once, by its newest decision.'),
    reproduced: z.number().int().nonnegative().describe('Decisions that came out exactly as logged without changes.'),
    moved: z.number().int().nonnegative().describe('Plays whose first server changed.'),
    lost: z.number().int().nonnegative().describe('Plays left without a server for some file that was served before.'),
    sites: z.array(ReplayLoad.extend({ siteId: SiteId })),
    ocas: z.array(ReplayLoad.extend({ ocaId: OcaId, siteId: SiteId })),
  })
  .describe('What the logged decisions would have been with the changes.');

export const RoutesImport = z
  .object({
    importId: z.string().min(1).max(64).describe('The same for all parts of one import.'),
    part: z.number().int().nonnegative(),
    parts: z.number().int().positive(),
    routes: z.array(Route),
  })
  .describe(
    'PUT /v1/sites/{siteId}/routes (operators): prefixes of a site from a dump of its router, beside what its OCAs report. The last part replaces the import before.',
  );

export const PathwayClone = z.object({
  'BASE-ID': z.string(),
  ID: z.string(),
  'URI-REPLACEMENT': z.object({
    HOST: z.string().exactOptional(),
    'PER-VARIANT-URIS': z.record(z.string(), z.string()).exactOptional(),
    'PER-RENDITION-URIS': z.record(z.string(), z.string()).exactOptional(),
  }),
});

export const SteeringManifest = z
  .object({
    VERSION: z.literal(1),
    TTL: z.number().int().positive().describe('Seconds until the player asks again.'),
    'RELOAD-URI': z.string(),
    'PATHWAY-PRIORITY': z.array(z.string()).min(1),
    'PATHWAY-CLONES': z.array(PathwayClone).exactOptional(),
  })
  .describe('GET /v1/manifests/{token}/steering: HLS and DASH content steering (RFC 8216bis, ETSI TS 103 998).');
