import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { postgresHome, startPostgres } from '@pressplay/mock-backend/node';
import { checkoutRoot } from './checkout.ts';
import type { DataFolder } from './data-folder.ts';
import { FleetError } from './fleet-error.ts';

export interface Database {
  readonly url: string;
  /** As a machine that loses power. The next start recovers. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The PostgreSQL that npm brings, with data of its own for each data folder. They cannot lie in it: PostgreSQL refuses to
 * run as root, and the user it runs as instead may not enter a private folder.
 */
export async function startDatabase(data: DataFolder, port: number): Promise<Database> {
  const home = postgresHome(checkoutRoot());
  try {
    await mkdir(home, { recursive: true, mode: 0o755 });
    await removeOrphans(home);
    const name = databaseName(data.root, data.secret);
    await writeFile(path.join(home, `${name}.folder`), data.root);
    return await startPostgres({ dataDir: path.join(home, name), port });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new FleetError('fleet/process-failed', `The database did not start: ${message}`, { cause: error });
  }
}

/** A folder that was deleted and made anew has another secret, and gets an empty database. */
export function databaseName(root: string, secret: string): string {
  return `data-${createHash('sha256').update(`${root}\n${secret}`).digest('hex').slice(0, 16)}`;
}

/** Databases whose data folder is gone. */
export async function removeOrphans(home: string): Promise<void> {
  const notes = (await readdir(home)).filter((name) => /^data-[0-9a-f]{16}\.folder$/.test(name));
  for (const note of notes) {
    const name = note.slice(0, -'.folder'.length);
    const root = await readFile(path.join(home, note), 'utf8').catch(() => undefined);
    if (root === undefined) continue;
    const secret = await readFile(path.join(root, 'secret'), 'utf8').catch(() => '');
    if (databaseName(root, secret.trim()) === name) continue;
    for (const left of (await readdir(home)).filter((entry) => entry === name || entry.startsWith(`${name}.`))) {
      await rm(path.join(home, left), { recursive: true, force: true });
    }
  }
}
