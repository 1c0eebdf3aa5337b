import { schemas } from '@pressplay/protocol';
import { z } from 'zod';

const Cidr = z.union([z.cidrv4(), z.cidrv6()]);
const Address = z.union([z.ipv4(), z.ipv6()]);
const Asn = z.number().int().min(1).max(4_294_967_294);
const Port = z.number().int().min(1).max(65_535);
/** No shell and no configuration may read more into it than a path. */
const Path = z.string().regex(/^\/[^"\\\n]*$/, 'an absolute path without quotes');

const rules = {
  allow: z.array(Cidr).optional().describe('Only these prefixes and what lies inside them; anything where absent.'),
  own: z.array(Cidr).default([]).describe("The appliances' own networks: no viewer is there."),
  longest4: z.number().int().min(8).max(32).default(24),
  longest6: z.number().int().min(16).max(128).default(48),
  takeReserved: z.boolean().default(false).describe('Private and documentation networks, for laboratories.'),
  refuseCommunities: z.array(z.string().regex(/^\d+:\d+(:\d+)?$/)).default([]),
  maxRoutes: z.number().int().positive().default(50_000),
};

const hold = {
  holdMs: z.number().nonnegative().default(120_000).describe('How long the routes of a lost session count on.'),
  settleMs: z.number().nonnegative().default(10_000),
  pollMs: z.number().positive().default(2000),
};

const Peer = z.object({
  address: Address.describe("The ISP's router."),
  asn: Asn,
  port: Port.default(179),
  localAddress: Address.optional(),
  passive: z.boolean().default(false).describe('Waits for the router to begin.'),
  multihop: z.number().int().min(1).max(255).optional().describe('Where the router is not on the same link.'),
  passwordFile: Path.optional().describe('Holds the password of TCP MD5 (RFC 2385), alone.'),
  families: z
    .array(z.enum(['ipv4', 'ipv6']))
    .min(1)
    .optional()
    .describe("That of the router's address where absent."),
});

export const StaticRoutes = z.object({ source: z.literal('static'), routes: z.array(schemas.Route) });

export const FileRoutes = z.object({
  source: z.literal('file'),
  path: Path.describe('JSON (a list, or `{ "routes": [...] }`), JSON lines, `birdc show route all` or `bgpdump -m`.'),
  pollMs: z.number().positive().default(1000),
  ...rules,
});

/** BIRD of our own: written, started and watched by the agent. */
export const StartedBgp = z.object({
  source: z.literal('bgp'),
  daemon: z.literal('start').default('start'),
  program: Path.optional().describe('BIRD 2; looked for where absent.'),
  routerId: z.ipv4(),
  asn: Asn.describe("The appliance's own."),
  port: Port.default(179).describe('Where BIRD listens.'),
  peers: z.array(Peer).min(1),
  ...hold,
  ...rules,
});

/** BIRD that somebody else runs; the agent only reads. */
export const AttachedBgp = z.object({
  source: z.literal('bgp'),
  daemon: z.literal('attach'),
  socket: Path.default('/run/bird/bird.ctl'),
  protocols: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/))
    .min(1)
    .describe("Names of the protocols in BIRD's configuration."),
  ...hold,
  ...rules,
});

/** As the configuration file has it: the plain list is the static source. */
export const RoutesConfig = z.union([
  z.array(schemas.Route).transform((routes) => ({ source: 'static' as const, routes })),
  StaticRoutes,
  FileRoutes,
  StartedBgp,
  AttachedBgp,
]);

export type FileRoutes = z.output<typeof FileRoutes>;
export type StartedBgp = z.output<typeof StartedBgp>;
export type AttachedBgp = z.output<typeof AttachedBgp>;
export type RoutesConfig = z.output<typeof RoutesConfig>;
