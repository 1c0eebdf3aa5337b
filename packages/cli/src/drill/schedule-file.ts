import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { REGION_FAILURES, type RegionFailure } from '@pressplay/testkit/fleet';
import { CliError } from '../cli-error.ts';
import type { DrillReport } from './drill-report.ts';
import { parseSchedule } from './schedule.ts';

/** The drills of a fleet, in its data folder: written by the command, read by the supervisor. */
export interface PlannedDrills {
  /** As `first Tuesday 10:00`, in UTC. */
  readonly schedule: string;
  readonly outageMs: number;
  readonly rate: number;
  /** `kill` where absent. */
  readonly how?: RegionFailure;
  /** In turn, month by month; all of the fleet where absent. */
  readonly regionIds?: readonly string[];
}

const planFile = (dataDir: string): string => path.join(dataDir, 'drills.json');
const historyFile = (dataDir: string): string => path.join(dataDir, 'drills.jsonl');

export function readPlannedDrills(dataDir: string): PlannedDrills | undefined {
  let text: string;
  try {
    text = readFileSync(planFile(dataDir), 'utf8');
  } catch {
    return undefined;
  }
  const planned = asPlan(text);
  if (planned) return planned;
  throw new CliError(
    `${planFile(dataDir)} is no plan of drills. Write a new one: pressplay drill schedule "first Tuesday 10:00"`,
  );
}

export function writePlannedDrills(dataDir: string, planned: PlannedDrills | undefined): void {
  if (planned === undefined) rmSync(planFile(dataDir), { force: true });
  else writeFileSync(planFile(dataDir), `${JSON.stringify(planned, null, 2)}\n`);
}

/** One line for each drill that the supervisor held. */
export function keepReport(dataDir: string, atMs: number, report: DrillReport): void {
  appendFileSync(historyFile(dataDir), `${JSON.stringify({ at: new Date(atMs).toISOString(), ...report })}\n`);
}

function asPlan(text: string): PlannedDrills | undefined {
  try {
    const plan = JSON.parse(text) as Partial<PlannedDrills>;
    const { schedule, outageMs, rate, how, regionIds } = plan;
    const isSound =
      typeof schedule === 'string' &&
      parseSchedule(schedule) !== undefined &&
      typeof outageMs === 'number' &&
      typeof rate === 'number' &&
      (how === undefined || REGION_FAILURES.includes(how)) &&
      (regionIds === undefined || (Array.isArray(regionIds) && regionIds.length > 0));
    return isSound ? (plan as PlannedDrills) : undefined;
  } catch {
    return undefined;
  }
}
