import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { schemas } from '@pressplay/protocol';
import { mtimeSecondsOf } from '@pressplay/protocol/wire';
import { z } from 'zod';
import type { FileEntry } from '../disk-store.ts';

const FILE_NAME = /^[0-9a-f]{32}$/;
const OWN_NAME = /^[0-9a-f]{32}(\.json)?(\.[0-9-]+)?(\.part)?$/;

const Sidecar = z.object({
  fileId: schemas.FileId,
  titleId: schemas.TitleId,
  sizeBytes: z.number().int().positive(),
  sha256: schemas.Sha256,
  contentType: z.string().exactOptional(),
});

export interface DiskScan {
  readonly entries: readonly FileEntry[];
  readonly dropped: readonly { readonly name: string; readonly reason: string }[];
}

/** What belongs to a file besides its bytes. */
export function sidecarPath(path: string): string {
  return `${path}.json`;
}

/**
 * What a disk holds, without reading any file's bytes: a file counts when its sidecar, size and modification time fit.
 * What is left of broken writes, and files that do not fit, are deleted; foreign names are left alone.
 */
export async function scanDisk(disk: string): Promise<DiskScan> {
  const names = (await readdir(disk)).filter((name) => OWN_NAME.test(name));
  const entries: FileEntry[] = [];
  const dropped: { name: string; reason: string }[] = [];
  const kept = new Set<string>();
  for (const name of names.filter((each) => FILE_NAME.test(each))) {
    const judged = await judgeFile(disk, name);
    if (typeof judged === 'string') dropped.push({ name, reason: judged });
    else {
      entries.push(judged);
      kept.add(name).add(`${name}.json`);
    }
  }
  for (const name of names) if (!kept.has(name)) await rm(join(disk, name), { force: true });
  return { entries, dropped };
}

/** The entry, or why there is none. */
async function judgeFile(disk: string, name: string): Promise<FileEntry | string> {
  const path = join(disk, name);
  const { size, mtimeMs } = await stat(path);
  const sidecar = Sidecar.safeParse(await readJson(sidecarPath(path)));
  if (!sidecar.success || sidecar.data.fileId !== name) return 'no readable sidecar';
  if (size !== sidecar.data.sizeBytes) return `has ${size} bytes instead of ${sidecar.data.sizeBytes}`;
  if (Math.floor(mtimeMs / 1000) !== mtimeSecondsOf(name)) return 'was changed after it was verified';
  return sidecar.data;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
