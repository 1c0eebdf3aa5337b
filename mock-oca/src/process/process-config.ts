import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { OcaConfig } from '../oca-config.ts';

/** What the process reads from the file named by PRESSPLAY_CONFIG. */
export const ProcessConfig = OcaConfig.extend({
  host: z.string().min(1),
  port: z.number().int().min(0).max(65_535),
  disks: z.array(z.string().min(1)).min(1),
  requestLogFile: z.string().min(1).optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type ProcessConfig = z.output<typeof ProcessConfig>;

/** Throws with a message for a person when the file lacks or is wrong. */
export function readProcessConfig(path: string | undefined): ProcessConfig {
  if (!path) throw new Error('PRESSPLAY_CONFIG must name the configuration file of this appliance.');
  const parsed = ProcessConfig.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not right:\n${z.prettifyError(parsed.error)}`);
}
