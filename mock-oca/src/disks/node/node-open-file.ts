import { readSync } from 'node:fs';
import type { OpenFile } from '../disk-store.ts';
import type { QueuedReads } from '../queue/queued-reads.ts';
import { diskErrorOf } from './disk-error-of.ts';
import { readInto } from './load-file.ts';
import type { DiskFile, Lease } from './open-files.ts';

interface DiskReads {
  readonly reads: Pick<QueuedReads<DiskFile>, 'inMemory' | 'bring'>;
}

/** A file on a disk: from the page cache at once, from the disk when it is its turn. */
export function nodeOpenFile(lease: Lease, { reads }: DiskReads, readsAtOnceFromMemory: boolean): OpenFile {
  const { file, close } = lease;
  const bring = (position: number, bytes: number): Promise<void> =>
    file.during(() => reads.bring(file, position, bytes));
  const inMemory = (position: number, bytes: number): boolean => reads.inMemory(file, position, bytes);
  return {
    async read(target, position) {
      const bytes = Math.min(target.length, file.sizeBytes - position);
      if (bytes <= 0) return 0;
      if (!inMemory(position, bytes)) await bring(position, bytes);
      else if (readsAtOnceFromMemory) return readNow(lease, target, position);
      return readInto(file, target, position);
    },
    kernel: readsAtOnceFromMemory ? { fd: file.fd, inMemory, bring } : undefined,
    close,
  };
}

/** Without a thread: those may all be waiting for disks. */
function readNow({ file }: Lease, target: Uint8Array, position: number): number {
  try {
    return readSync(file.fd, target, 0, target.length, position);
  } catch (error) {
    throw diskErrorOf(error, file.path);
  }
}

export function memoryFile(bytes: Buffer): OpenFile {
  return {
    async read(target, position) {
      return bytes.copy(target, 0, position);
    },
    view: (position, maxBytes) => bytes.subarray(position, position + maxBytes),
    close() {},
  };
}
