import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { OcaConfig } from '../oca-config.ts';
import { RoutesConfig } from '../routes/routes-config.ts';

/** What the process reads from the file named by PRESSPLAY_CONFIG. */
const Written = OcaConfig.extend({
  routes: RoutesConfig.describe('Where the announced prefixes come from: a list, a file, or a routing daemon.'),
  stateFolder: z
    .string()
    .min(1)
    .optional()
    .describe('Where the agent keeps what it must remember over a restart: routes, and which disks it knew.'),
  user: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Whom the process becomes where it is started as root; absent: pressplay, www-data, nginx or nobody, where that works.',
    ),
  host: z.string().min(1),
  port: z.number().int().min(0).max(65_535),
  disks: z.array(z.string().min(1)).min(1),
  pinnedBytes: z
    .number()
    .nonnegative()
    .default(0)
    .describe('The most wanted files held in memory, beside what the kernel keeps of its own accord.'),
  memoryBytes: z
    .number()
    .positive()
    .optional()
    .describe('What this process may take before health calls it full; most of the machine where absent.'),
  engine: z
    .enum(['node', 'nginx', 'auto'])
    .default('node')
    .describe('What serves media: Node itself, nginx with Node behind it, or nginx where the machine has one.'),
  workers: z
    .union([z.number().int().positive().max(64), z.literal('auto')])
    .default(1)
    .describe('Threads by which the Node engine serves; `auto` takes one for each core.'),
  nginx: z
    .object({
      workers: z.union([z.number().int().positive(), z.literal('auto')]).optional(),
      user: z.string().min(1).optional().describe('Whom its workers become where this process stays root.'),
    })
    .optional(),
  tls: z
    .object({ certificateFile: z.string().min(1), keyFile: z.string().min(1) })
    .optional()
    .describe('Serves HTTPS, by HTTP/2 and 1.1, instead of HTTP.'),
  requestLogFile: z.string().min(1).optional().describe('Opened anew on SIGHUP, for programs that move it away.'),
  requestLogMaxBytes: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('A larger log is moved to `.1` and a new one begun; its folder must be open to the process.'),
  requestLogFiles: z.number().int().positive().default(5).describe('How many of those are kept.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** `learns` is how the routes come; `routes` is what is known from the start. */
export const ProcessConfig = Written.transform(({ routes: learns, ...rest }) => {
  return { ...rest, learns, routes: learns.source === 'static' ? learns.routes : [] };
});
export type ProcessConfig = z.output<typeof ProcessConfig>;

/** Throws with a message for a person when the file lacks or is wrong. */
export function readProcessConfig(path: string | undefined): ProcessConfig {
  if (!path) throw new Error('PRESSPLAY_CONFIG must name the configuration file of this appliance.');
  const parsed = ProcessConfig.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not right:\n${z.prettifyError(parsed.error)}`);
}
