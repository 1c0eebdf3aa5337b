import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileEntry, loadNative, NodeDiskStore, writeFile } from '@pressplay/mock-oca/node';
import type { EmulatedDisk } from './emulated-disk.ts';

export const FILE_BYTES = 24 * 1024 * 1024;

export interface FilledDisk {
  readonly disk: EmulatedDisk;
  readonly cold: readonly FileEntry[];
  readonly hot: readonly FileEntry[];
}

/** As the appliance fills it, at full speed; then at the speed of a disk. */
export async function fillDisk(disk: EmulatedDisk, cold: number, hot: number): Promise<FilledDisk> {
  await disk.speed('fast');
  const store = await NodeDiskStore.open([disk.folder], () => {});
  const files: FileEntry[] = [];
  const bytes = Buffer.alloc(FILE_BYTES, 'p');
  for (let i = 0; i < cold + hot; i++) {
    bytes.writeUInt32LE(i);
    bytes.write(disk.folder, 4);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const entry = { fileId: sha256.slice(0, 32), titleId: 'film', sizeBytes: FILE_BYTES, sha256 };
    await writeFile(store, entry, bytes);
    files.push(entry);
  }
  store.close();
  await disk.speed('slow');
  return { disk, cold: files.slice(hot), hot: files.slice(0, hot) };
}

/** Nothing of the cold files lies in the kernel's cache, all of the hot ones does. */
export async function setTheScene({ disk, cold, hot }: FilledDisk): Promise<void> {
  const native = loadNative();
  for (const { fileId } of cold) {
    const fd = openSync(join(disk.folder, fileId), 'r+');
    fsyncSync(fd);
    native?.adviseDontNeed(fd);
    closeSync(fd);
  }
  await disk.speed('fast');
  for (const { fileId } of hot) readFileSync(join(disk.folder, fileId));
  await disk.speed('slow');
}
