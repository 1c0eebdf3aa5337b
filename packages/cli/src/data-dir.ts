import { existsSync } from 'node:fs';
import path from 'node:path';
import { type FleetState, readFleetState } from '@pressplay/testkit/fleet';
import { CliError } from './cli-error.ts';

export const DATA_OPTION = {
  type: 'string',
  description: 'Folder of the fleet (default: .pressplay in the repository)',
  valueHint: 'DIR',
} as const;

/** The folder named, else `.pressplay` in the checkout this command belongs to. */
export function dataDirOf(named: string | undefined): string {
  if (named === '') throw new CliError('--data needs a folder.');
  return path.resolve(named ?? path.join(repositoryRoot(), '.pressplay'));
}

export function runningFleet(dataDir: string): FleetState {
  const state = readFleetState(dataDir);
  if (state) return state;
  throw new CliError(`No fleet runs on ${dataDir}. Start one with: npm start`);
}

function repositoryRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'turbo.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
  return folder;
}
