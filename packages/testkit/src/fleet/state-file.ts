import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writePrivateJson } from './data-folder.ts';
import { FleetError } from './fleet-error.ts';

/** What other commands of the same user need to reach a running fleet. Mode 0600; removed when the fleet ends. */
export interface FleetState {
  readonly pid: number;
  /** Tells a process from a later one with the same number; absent where the system does not say. */
  readonly startedTicks?: string;
  /** False while the fleet starts. */
  readonly ready: boolean;
  readonly controlUrl?: string;
  readonly regions: readonly { readonly regionId: string; readonly baseUrl: string }[];
  readonly operatorToken: string;
  readonly accessToken: string;
}

export function writeFleetState(runDir: string, state: Omit<FleetState, 'pid' | 'startedTicks'>): void {
  const startedTicks = startTicksOf(process.pid);
  writePrivateJson(fileIn(runDir), { pid: process.pid, ...(startedTicks ? { startedTicks } : {}), ...state });
}

export function removeFleetState(runDir: string): void {
  rmSync(fileIn(runDir), { force: true });
}

/** The fleet that is up on this data folder now. A file left by a killed supervisor does not count. */
export function readFleetState(dataDir: string): FleetState | undefined {
  const state = readStateOfAlive(dataDir);
  return state?.ready ? state : undefined;
}

function readStateOfAlive(dataDir: string): FleetState | undefined {
  let state: FleetState;
  try {
    state = JSON.parse(readFileSync(fileIn(path.join(path.resolve(dataDir), 'run')), 'utf8')) as FleetState;
  } catch {
    return undefined;
  }
  return isAlive(state) ? state : undefined;
}

/** Two fleets on one folder would end each other's database. */
export function assertFolderFree(dataDir: string): void {
  const state = readStateOfAlive(dataDir);
  if (!state) return;
  const where = state.controlUrl ? ` at ${state.controlUrl}` : '';
  throw new FleetError(
    'fleet/data-in-use',
    `A fleet already runs on ${path.resolve(dataDir)} (process ${state.pid}${where}). End it first, or choose another folder with --data DIR and other ports with --port N.`,
  );
}

function isAlive({ pid, startedTicks }: FleetState): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return startedTicks === undefined || startTicksOf(pid) === startedTicks;
}

/** Field 22 of /proc/<pid>/stat, on Linux. */
function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function fileIn(runDir: string): string {
  return path.join(runDir, 'fleet.json');
}
