import { startPostgres } from '../process/start-postgres.ts';

/** A process that starts PostgreSQL and then only lives, so that a test can kill it. */
const [, , port, dataDir] = process.argv;
const { pid } = await startPostgres({ port: Number(port), dataDir: dataDir ?? '' });
process.stdout.write(`${pid}\n`);
setInterval(() => {}, 60_000);
