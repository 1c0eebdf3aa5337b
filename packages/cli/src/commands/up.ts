import { type Fleet, type FleetOptions, guardProcess, portsFrom } from '@pressplay/testkit/fleet';
import { defineCommand } from 'citty';
import { runCheck } from '../check/run-check.ts';
import { CliError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf } from '../data-dir.ts';
import { DrillKeeper } from '../drill/drill-keeper.ts';
import { targetOfFleet } from '../drill/drill-target.ts';
import { choiceOption, numberOption, rejectUnknown } from '../options.ts';
import { bringUp } from '../up/bring-up.ts';

const args = {
  data: DATA_OPTION,
  port: {
    type: 'string',
    description: 'First port: N the control room, N+1 to N+3 regions, N+9 the database, N+100 OCAs (default 8500)',
    valueHint: 'N',
  },
  check: {
    type: 'boolean',
    description: 'Play without a screen, kill an OCA and a region on the way, report, and end',
  },
  database: {
    type: 'string',
    description: 'A PostgreSQL server to use (default: the variable DATABASE_URL, else the one that npm brings)',
    valueHint: 'URL',
  },
  'pace-bps': {
    type: 'string',
    description:
      'Every OCA paces each response to a viewer to this many bits per second (default 8000000; 0: as fast as it can)',
    valueHint: 'N',
  },
  engine: {
    type: 'string',
    description: 'What serves media in the OCAs: node, nginx, or auto (nginx where this machine has one; default node)',
    valueHint: 'NAME',
  },
} as const;

const DEFAULT_PORT = 8500;
/** Ports above the first that a fleet takes, on systems without loopback addresses for every OCA. */
const PORTS_ABOVE = 111;
/** On one machine the kernel takes whole segments at once: paced, a transfer has a middle in which its server can die. */
const DEFAULT_PACE_BPS = 8_000_000;

export const upCommand = defineCommand({
  meta: { name: 'up', description: 'Start three regions, twelve OCAs and the control room' },
  args,
  async run({ args: given }) {
    rejectUnknown(given, args, given._);
    const port =
      numberOption('port', given.port, { min: 1024, max: 65_535 - PORTS_ABOVE, whole: true }) ?? DEFAULT_PORT;
    const paceBps = numberOption('pace-bps', given['pace-bps'], { min: 0, max: 1e11 }) ?? DEFAULT_PACE_BPS;
    const engine = choiceOption('engine', given.engine, ['node', 'nginx', 'auto']);
    if (given.check && engine !== undefined && engine !== 'node')
      throw new CliError(
        '--check kills an OCA in the middle of a response, and only the engine node logs those that run.',
      );
    await up(
      {
        dataDir: dataDirOf(given.data),
        database: databaseOf(given.database ?? process.env.DATABASE_URL),
        ports: portsFrom(port),
        serveControlRoom: true,
        sample: 'encoded',
        ...(paceBps === 0 ? {} : { paceBps }),
        ...(engine !== undefined && { engine }),
      },
      given.check ?? false,
    );
  },
});

/** A server named by its URL, or the embedded one. */
export function databaseOf(url: string | undefined): FleetOptions['database'] {
  if (url === undefined || url === '') return 'embedded';
  if (!/^postgres(ql)?:\/\/./.test(url))
    throw new CliError('The database must be named as postgres://user@host:5432/name.');
  const { host, pathname } = new URL(url);
  console.log(`Database: ${host}${pathname}`);
  return { url };
}

/** Returns when the fleet is up (and keeps the process alive), or after the check when all has ended. */
async function up(options: FleetOptions, check: boolean): Promise<void> {
  const leave = new AbortController();
  let fleet: Fleet | undefined;
  let drills: DrillKeeper | undefined;
  const starting = bringUp({ ...options, signal: leave.signal });
  const lift = guardProcess({
    async end(reason) {
      console.log(reason === 'parent gone' ? '' : '\nEnding the fleet');
      leave.abort(new Error('interrupted'));
      await drills?.stop();
      await starting.then(
        (started) => started.stop(),
        () => undefined,
      );
    },
    exit: (code) => process.exit(code),
  });
  try {
    fleet = await starting;
    if (check) process.exitCode = (await runCheck(fleet, options.paceBps ?? DEFAULT_PACE_BPS)) ? 0 : 1;
  } catch (error) {
    // The guard ends the process when the interrupted start has cleaned up.
    if (!leave.signal.aborted) {
      await fleet?.stop();
      lift();
      throw error;
    }
    return;
  }
  if (!check) {
    drills = new DrillKeeper({ dataDir: options.dataDir, target: targetOfFleet(fleet), print: console.log });
    return drills.start();
  }
  await fleet.stop();
  lift();
}
