import { mkdirSync, writeFileSync } from 'node:fs';
import { type FleetState, REGION_FAILURES, type RegionFailure, readFleetState } from '@pressplay/testkit/fleet';
import { defineCommand, runCommand } from 'citty';
import { CliError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf } from '../data-dir.ts';
import { DRILL_DEFAULTS } from '../drill/drill-plan.ts';
import { type DrillTarget, targetOfFleet, targetOfState } from '../drill/drill-target.ts';
import { withOwnFleet } from '../drill/own-fleet.ts';
import { reportText } from '../drill/report-text.ts';
import { runDrill, titleForDrill } from '../drill/run-drill.ts';
import { nextDate, parseSchedule, regionOfDrill, scheduleText } from '../drill/schedule.ts';
import { type PlannedDrills, readPlannedDrills, writePlannedDrills } from '../drill/schedule-file.ts';
import { durationOption, numberOption, rejectUnknown, repeatedOption } from '../options.ts';

const HOUR_MS = 3600 * 1000;

const FOR_OPTION = {
  type: 'string',
  description: 'How long the region stays away (default: 60s)',
  valueHint: 'TIME',
} as const;
const HOW_OPTION = {
  type: 'string',
  description: 'kill: connections are refused; hang: accepted and never answered (default: kill)',
  valueHint: REGION_FAILURES.join('|'),
} as const;
const RATE_OPTION = { type: 'string', description: 'New plays a second (default: 20)', valueHint: 'N' } as const;

const regionArgs = {
  region: { type: 'positional', description: 'Region that fails', required: true },
  how: HOW_OPTION,
  for: FOR_OPTION,
  rate: RATE_OPTION,
  players: { type: 'string', description: 'Whole headless plays beside that load (default: 3)', valueHint: 'N' },
  before: { type: 'string', description: 'Load before the failure (default: 10s)', valueHint: 'TIME' },
  after: { type: 'string', description: 'Load after the region is back (default: 10s)', valueHint: 'TIME' },
  title: { type: 'string', description: 'Title to play (default: the first that is live)' },
  json: { type: 'string', description: 'Writes the report as JSON', valueHint: 'FILE' },
  data: DATA_OPTION,
} as const;

const region = defineCommand({
  meta: { name: 'region', description: 'Fail a region on purpose while load runs, and report' },
  args: regionArgs,
  async run({ args }) {
    rejectUnknown(args, regionArgs, args._);
    const span = { minMs: 100, maxMs: HOUR_MS };
    const options = {
      regionId: args.region,
      how: howOf(args.how),
      outageMs: durationOption('for', args.for, span) ?? DRILL_DEFAULTS.outageMs,
      beforeMs: durationOption('before', args.before, span) ?? DRILL_DEFAULTS.beforeMs,
      afterMs: durationOption('after', args.after, span) ?? DRILL_DEFAULTS.afterMs,
      rate: rateOf(args.rate),
      players: numberOption('players', args.players, { min: 0, max: 100, whole: true }) ?? DRILL_DEFAULTS.players,
    };
    const hold = async (target: DrillTarget, signal?: AbortSignal) => {
      const titleId = await titleForDrill(target, args.region, args.title);
      const plan = { ...DRILL_DEFAULTS, ...options, titleId };
      const report = await runDrill({ target, plan, onProgress: console.log, ...(signal && { signal }) });
      console.log(`\n${reportText(report)}`);
      if (args.json) writeFileSync(args.json, `${JSON.stringify(report, null, 2)}\n`);
      process.exitCode = report.held ? 0 : 1;
    };
    const dataDir = dataDirOf(args.data);
    const running: FleetState | undefined = readFleetState(dataDir);
    if (running) return hold(targetOfState(running, dataDir));
    console.log(`No fleet runs on ${dataDir}: starting one for this drill`);
    await withOwnFleet((fleet, signal) => hold(targetOfFleet(fleet), signal));
  },
});

const scheduleArgs = {
  when: {
    type: 'positional',
    description: 'As "first Tuesday 10:00", in UTC; shows the plan where absent',
    required: false,
  },
  region: {
    type: 'string',
    description: 'Region that takes its turn; may be repeated (default: all)',
    valueHint: 'REGION',
  },
  how: HOW_OPTION,
  for: FOR_OPTION,
  rate: RATE_OPTION,
  off: { type: 'boolean', description: 'No more drills' },
  data: DATA_OPTION,
} as const;

const schedule = defineCommand({
  meta: { name: 'schedule', description: 'When the supervisor holds a drill by itself' },
  args: scheduleArgs,
  run({ args, rawArgs }) {
    rejectUnknown(args, scheduleArgs, args._);
    const dataDir = dataDirOf(args.data);
    if (args.off) writePlannedDrills(dataDir, undefined);
    else if (args.when !== undefined) {
      const parsed = parseSchedule(args.when);
      if (!parsed)
        throw new CliError(
          `"${args.when}" is no schedule. Expected a week, a day and a time in UTC: "first Tuesday 10:00".`,
        );
      const regionIds = repeatedOption('region', rawArgs);
      mkdirSync(dataDir, { recursive: true });
      writePlannedDrills(dataDir, {
        schedule: scheduleText(parsed),
        outageMs: durationOption('for', args.for, { minMs: 100, maxMs: HOUR_MS }) ?? DRILL_DEFAULTS.outageMs,
        rate: rateOf(args.rate),
        how: howOf(args.how),
        ...(regionIds.length > 0 && { regionIds }),
      });
    }
    console.log(describePlan(readPlannedDrills(dataDir), Date.now(), readFleetState(dataDir)));
  },
});

const SUB_COMMANDS = { region, schedule };

export const drillCommand = defineCommand({
  meta: { name: 'drill', description: 'Fail a region on purpose: region REGION | schedule "first Tuesday 10:00"' },
  args: { action: { type: 'positional', description: 'region or schedule', required: true } },
  async run({ rawArgs }) {
    const [name = '', ...rest] = rawArgs;
    const command = Object.hasOwn(SUB_COMMANDS, name) ? SUB_COMMANDS[name as keyof typeof SUB_COMMANDS] : undefined;
    if (!command) throw new CliError(`Unknown "drill ${name}". Known: ${Object.keys(SUB_COMMANDS).join(', ')}.`);
    // biome-ignore lint/suspicious/noExplicitAny: each command has its own arguments; citty's types are invariant in them.
    await runCommand(command as any, { rawArgs: rest });
  },
});

const rateOf = (text: string | undefined): number =>
  numberOption('rate', text, { min: 0.1, max: 10_000 }) ?? DRILL_DEFAULTS.rate;

function howOf(text: string | undefined): RegionFailure {
  const how = REGION_FAILURES.find((known) => known === (text ?? DRILL_DEFAULTS.how));
  if (how) return how;
  throw new CliError(`--how "${text}" is no way to fail. Known: ${REGION_FAILURES.join(', ')}.`);
}

/** When the next drill is, and which region fails then, as far as that is known. */
export function describePlan(
  planned: PlannedDrills | undefined,
  nowMs: number,
  fleet: Pick<FleetState, 'regions'> | undefined,
): string {
  const parsed = planned && parseSchedule(planned.schedule);
  if (!planned || !parsed) return 'No drill is planned.';
  const dateMs = nextDate(parsed, nowMs);
  const regionIds = planned.regionIds ?? fleet?.regions.map(({ regionId }) => regionId) ?? [];
  const regionId = regionOfDrill(regionIds, dateMs) ?? 'one of the regions';
  const date = `${new Date(dateMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return [
    `Every ${planned.schedule} UTC, ${planned.how === 'hang' ? 'hanging ' : ''}${planned.outageMs / 1000} s under ${planned.rate} plays a second, if the fleet is up.`,
    `Next: ${date}, ${regionId}.`,
  ].join('\n');
}
