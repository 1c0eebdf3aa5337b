import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { ConfigError } from './process/config-error.ts';
import { readProcessConfig } from './process/process-config.ts';
import { type RegionServer, startRegion } from './process/region-server.ts';

const EXIT = { failed: 1, wrongConfig: 2, portInUse: 3 } as const;
/** What waits is handed to the store within this time, or lost. */
const FLUSH_MS = 3000;
const LAST_LINES_MS = 500;
/** When the supervisor is gone nobody waits for an orderly end. */
const ORPHAN_DRAIN_MS = 500;

/** One region of the control plane as a process: `PRESSPLAY_CONFIG=region.json node main.mjs`. */
async function main(): Promise<void> {
  const config = await readProcessConfig(process.env.PRESSPLAY_CONFIG);
  const lines = pino.destination({ fd: 1, sync: false });
  const logger = pino({ level: config.logLevel, base: { regionId: config.regionId } }, lines);
  let region: RegionServer | undefined;
  let ending = false;
  const end = async (why: string, retireMs: number, drainMs: number): Promise<void> => {
    if (ending) return;
    ending = true;
    logger.info({ why, retireMs, drainMs }, 'ending');
    setTimeout(
      () => {
        logger.error('not everything was handed over in time');
        process.exit(EXIT.failed);
      },
      retireMs + drainMs + FLUSH_MS,
    ).unref();
    await region?.drain(drainMs, pause(retireMs));
    logger.info('ended');
    await written(lines);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => void end(signal, config.retireMs, config.drainMs));
  process.on('disconnect', () => void end('the supervisor is gone', 0, ORPHAN_DRAIN_MS));
  region = await startRegion(config, logger);
  logger.info({ url: region.url }, 'ready');
  process.send?.({ type: 'ready', url: region.url });
}

/** Lines are written beside the work; leaving in the middle of one would disorder or lose the last. */
async function written(lines: ReturnType<typeof pino.destination>): Promise<void> {
  const finished = new Promise<void>((resolve) => lines.once('finish', resolve));
  lines.end();
  // Nobody may read them any more.
  await Promise.race([finished, pause(LAST_LINES_MS)]);
}

function explain(error: unknown): { exitCode: number; message: string } {
  if (error instanceof ConfigError) return { exitCode: EXIT.wrongConfig, message: error.message };
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE' && port !== undefined) {
    return { exitCode: EXIT.portInUse, message: `Port ${port} on ${address} is in use by another program.` };
  }
  return { exitCode: EXIT.failed, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

main().catch((error) => {
  const { exitCode, message } = explain(error);
  process.stderr.write(`The region could not start. ${message}\n`);
  if (process.send) process.send({ type: 'failed', message }, () => process.exit(exitCode));
  else process.exit(exitCode);
});
