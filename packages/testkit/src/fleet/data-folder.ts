import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { asDiskFull } from './fleet-error.ts';

/** The folder a fleet lives in. Everything of it can be deleted while the fleet is down. */
export interface DataFolder {
  readonly root: string;
  readonly origin: string;
  readonly ocas: string;
  readonly logs: string;
  /** What regions keep for a start without the database. */
  readonly regions: string;
  /** Configurations of the processes, the fleet's state file: readable by their owner only. */
  readonly run: string;
  /** What every key and token of this fleet derives from. */
  readonly secret: string;
}

export function openDataFolder(dataDir: string): DataFolder {
  const root = path.resolve(dataDir);
  const inside = (name: string) => path.join(root, name);
  const [origin, ocas, logs] = [inside('origin'), inside('ocas'), inside('logs')];
  const folder = { root, origin, ocas, logs, regions: inside('regions'), run: inside('run') };
  try {
    for (const dir of [root, folder.origin, folder.ocas, folder.logs]) mkdirSync(dir, { recursive: true });
    mkdirSync(folder.run, { recursive: true, mode: 0o700 });
    return { ...folder, secret: readOrMakeSecret(inside('secret')) };
  } catch (error) {
    throw asDiskFull(error, root);
  }
}

/** Writes beside and renames, so that a reader never sees half a file; mode 0600. */
export function writePrivateJson(file: string, value: unknown): void {
  const beside = `${file}.${process.pid}.new`;
  try {
    writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(beside, file);
  } catch (error) {
    throw asDiskFull(error, file);
  }
}

function readOrMakeSecret(file: string): string {
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
