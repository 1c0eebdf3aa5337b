import { schemas } from '@pressplay/protocol';
import { z } from 'zod';

const baseUrl = z.string().regex(/^https?:\/\/[^/]+(\/.*[^/])?$/, 'a http or https URL without a slash at its end');

/** What an appliance must know. The process adds where to listen and its folders. */
export const OcaConfig = z.object({
  ocaId: schemas.OcaId,
  siteId: schemas.SiteId,
  baseUrl,
  capacityBps: z.number().positive(),
  urlKey: z.string().min(16).describe('Key of the media tokens.'),
  acceptedUrlKeys: z
    .array(z.object({ key: z.string().min(16), acceptUntilMs: z.number().optional() }))
    .optional()
    .describe('Keys that open media tokens beside it during a rotation, until a Unix time in milliseconds.'),
  ocaToken: z.string().min(16).describe('Bearer token towards the control plane.'),
  controlToken: z.string().min(16).describe('Bearer token that control routes ask for.'),
  acceptedControlTokens: z
    .array(z.object({ token: z.string().min(16), acceptUntilMs: z.number().optional() }))
    .optional()
    .describe('Tokens that control routes take beside it during a rotation, until a Unix time in milliseconds.'),
  regions: z.array(z.object({ regionId: schemas.RegionId, baseUrl })),
  routes: z.array(schemas.Route),
  paceBps: z.number().positive().optional().describe('Each response to a viewer is sent no faster than this.'),
  reportIntervalMs: z.number().positive().default(1000),
  fillIntervalMs: z.number().positive().default(2000),
  maxConnections: z
    .number()
    .int()
    .positive()
    .default(4096)
    .describe('Responses at once; above it new ones are refused.'),
});

export type OcaConfig = z.output<typeof OcaConfig>;
/** As written: what has a default may be left out. */
export type OcaConfigInput = z.input<typeof OcaConfig>;
