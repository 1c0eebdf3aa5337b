import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError } from '../disk-store.ts';

/** An empty mount point looks like an empty disk: this file tells one from the other. */
const MARKER = '.pressplay-disk';

/**
 * The disk's id, written where the folder is new. Rejects with node's error where it cannot be read or written, and where a disk
 * was seen there before that is not there now.
 */
export async function identify(folder: string, wasSeen: boolean): Promise<string> {
  await mkdir(folder, { recursive: true });
  const known = await identityOf(folder);
  if (known !== undefined) return known;
  if (wasSeen)
    throw new DiskError(
      'no-disk',
      `${folder} held a disk before, and has none now: mount it. For a new disk in its place write an id into ${join(folder, MARKER)}.`,
    );
  const id = randomUUID();
  await writeFile(join(folder, MARKER), `${id}\n`, { flush: true });
  return id;
}

/** Undefined where the folder, or the file in it, is not there. Rejects when the disk fails. */
export async function identityOf(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, MARKER), 'utf8')).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Rejects with node's error when the disk takes no bytes: gone bad, or mounted read-only. */
export async function proveWritable(folder: string): Promise<void> {
  const path = join(folder, `${MARKER}.probe`);
  const file = await open(path, 'w');
  try {
    await file.write('written');
    await file.sync();
  } finally {
    await file.close();
  }
  await rm(path);
}
