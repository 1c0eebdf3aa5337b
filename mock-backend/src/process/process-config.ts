import { readFile } from 'node:fs/promises';
import { schemas } from '@pressplay/protocol';
import { parsePrefix } from '@pressplay/protocol/routes';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';

const LEAST_SECRET = 32;
const Url = z.string().regex(/^https?:\/\/[^/?#]+/, 'expected an http(s) URL');

const RateLimit = z.strictObject({ burst: z.number().int().positive(), perSecond: z.number().positive() });

/** The JSON file that `PRESSPLAY_CONFIG` names. */
export const ProcessConfig = z
  .strictObject({
    regionId: schemas.RegionId,
    host: z.string().default('127.0.0.1'),
    port: z.number().int().min(0).max(65_535),
    /** `memory`: nothing is kept, and no other region shares it. */
    databaseUrl: z.union([
      z.literal('memory'),
      z.string().regex(/^postgres(ql)?:\/\//, 'expected postgres:// or "memory"'),
    ]),
    /** The fleet's secret, or the file that holds it. */
    secret: z.string().min(LEAST_SECRET).exactOptional(),
    secretFile: z.string().exactOptional(),
    /** Secrets whose tokens of every kind are accepted beside: of the last one, or the next, during a rotation. */
    acceptedSecrets: z
      .array(z.strictObject({ secret: z.string().min(LEAST_SECRET), acceptUntil: z.iso.datetime().exactOptional() }))
      .default([]),
    bindTokensToNetwork: z.boolean().default(false),
    /** What accounts may be sold; a token names its plan. */
    plans: z
      .array(
        z.strictObject({
          planId: z.string().min(1).max(64),
          maxStreams: z.number().int().positive().exactOptional(),
          maxHeightPx: z.number().int().positive().exactOptional(),
          highDynamicRange: z.boolean().exactOptional(),
        }),
      )
      .exactOptional(),
    /** How often; a part that is left out is not limited. */
    rateLimits: z
      .strictObject({ account: RateLimit.exactOptional(), address: RateLimit.exactOptional() })
      .exactOptional(),
    concurrency: z
      .strictObject({ maxConcurrent: z.number().int().positive(), prefetchShare: z.number().min(0).max(1) })
      .exactOptional(),
    /** A request must have come in full within this time. */
    requestTimeoutMs: z.number().int().positive().default(15_000),
    sites: z.array(schemas.SiteInfo).min(1),
    networks: z.array(schemas.ClientNetworkEntry),
    originBaseUrls: z.array(z.strictObject({ regionId: schemas.RegionId, baseUrl: Url })),
    /** Where the last snapshot of the store is kept, of this region alone; without it a start needs the database. */
    snapshotDir: z.string().exactOptional(),
    /** Folder of the origin; without it this region has none. */
    originDir: z.string().exactOptional(),
    trustClientAddress: z.boolean().default(false),
    corsOrigins: z.union([z.literal('*'), z.array(Url)]).default('*'),
    tokenLifetimeMs: z.number().positive().exactOptional(),
    streamLeaseMs: z.number().positive().exactOptional(),
    grantRefreshMs: z.number().positive().exactOptional(),
    telemetryIntervalMs: z.number().nonnegative().exactOptional(),
    healthDeadlineMs: z.number().positive().exactOptional(),
    manifestRefreshMs: z.number().positive().exactOptional(),
    snapshotLifetimeMs: z.number().nonnegative().exactOptional(),
    steeringTtlMs: z.number().positive().exactOptional(),
    publicUrl: Url.exactOptional(),
    decisionLogShare: z.number().min(0).max(1).exactOptional(),
    inlineIndexBytes: z.number().int().nonnegative().exactOptional(),
    copiesNeeded: z.number().int().positive(),
    sitesNeeded: z.number().int().positive(),
    /** Told to end, it answers for so long and says in its health that it goes: the time a load balancer needs to hear it. */
    retireMs: z.number().nonnegative().default(0),
    /** Then it takes nothing new, and answers under way have so long to end. */
    drainMs: z.number().nonnegative().default(5000),
    logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .refine((config) => (config.secret === undefined) !== (config.secretFile === undefined), {
    message: 'expected either secret or secretFile',
    path: ['secret'],
  })
  .superRefine(({ sites, networks }, context) => {
    const message = (what: string) => ({ code: 'custom' as const, message: what });
    sites.forEach(({ siteId }, at) => {
      if (sites.findIndex((site) => site.siteId === siteId) < at)
        context.addIssue({ ...message('expected an id that no other site has'), path: ['sites', at, 'siteId'] });
    });
    networks.forEach(({ prefix }, at) => {
      if (!parsePrefix(prefix))
        context.addIssue({
          ...message('expected a prefix as 203.0.113.0/24 or 2001:db8::/32'),
          path: ['networks', at, 'prefix'],
        });
    });
  });

export type ProcessConfig = z.output<typeof ProcessConfig>;
/** What a file may leave out is optional here. */
export type ProcessConfigInput = z.input<typeof ProcessConfig>;

export async function readProcessConfig(path: string | undefined): Promise<ProcessConfig & { secret: string }> {
  if (!path)
    throw new ConfigError(
      'config/not-named',
      'PRESSPLAY_CONFIG must name the JSON file with the configuration of this region.',
    );
  const config = parse(path, await read(path));
  const { secretFile = '' } = config;
  const secret = config.secret ?? (await read(secretFile)).trim();
  if (secret.length >= LEAST_SECRET) return { ...config, secret };
  const issue = { field: 'secretFile', expected: `at least ${LEAST_SECRET} characters in ${secretFile}` };
  throw new ConfigError('config/invalid', `${path} is not a configuration of a region:`, [issue]);
}

function parse(path: string, text: string): ProcessConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError('config/not-json', `${path} is not JSON${placeIn(text, error)}.`);
  }
  const result = ProcessConfig.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path: field, message }) => ({
    field: field.join('.') || '(all)',
    expected: message,
  }));
  throw new ConfigError('config/invalid', `${path} is not a configuration of a region:`, issues);
}

/** Where, without what stands there: the parser's own message would quote it. */
function placeIn(text: string, error: unknown): string {
  const [, position] = /position (\d+)/.exec(String(error)) ?? [];
  if (position === undefined) return '';
  const lines = text.slice(0, Number(position)).split('\n');
  return `: line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError('config/unreadable', `${path} cannot be read: ${error.code ?? error.message}.`);
  });
}
