import { createHash } from 'node:crypto';
import type { FileEntry } from '../disk-store.ts';
import type { QueuedReads } from '../queue/queued-reads.ts';
import { readInto } from './load-file.ts';
import type { DiskFile } from './open-files.ts';

const READ_BYTES = 1024 * 1024;

/** Whether the disk gives the bytes that the file should have. Behind all viewers. Rejects with `DiskError`. */
export async function verifyFile(entry: FileEntry, file: DiskFile, reads: QueuedReads<DiskFile>): Promise<boolean> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let at = 0; at < entry.sizeBytes; ) {
    await reads.bring(file, at, READ_BYTES, true);
    const got = await readInto(file, buffer, at);
    if (got === 0) return false;
    hash.update(buffer.subarray(0, got));
    at += got;
  }
  return hash.digest('hex') === entry.sha256;
}
