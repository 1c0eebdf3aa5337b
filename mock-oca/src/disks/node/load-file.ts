import { read } from 'node:fs';
import { DiskError } from '../disk-store.ts';
import { diskErrorOf } from './disk-error-of.ts';
import type { DiskFile } from './open-files.ts';
import type { Scratch } from './scratch.ts';

/** Reads on a thread of libuv's pool; resolves with the bytes read, 0 at the end. Rejects with `DiskError`. */
export function readInto(file: DiskFile, target: Uint8Array, position: number): Promise<number> {
  return file.during(
    () =>
      new Promise((resolve, reject) => {
        read(file.fd, target, 0, target.length, position, (error, bytes) => {
          if (error) reject(diskErrorOf(error, file.path));
          else resolve(bytes);
        });
      }),
  );
}

/** Has the kernel fetch a part of a file into its page cache. Rejects with `DiskError`. */
export async function loadIntoPageCache(
  file: DiskFile,
  startByte: number,
  endByte: number,
  scratch: Scratch,
): Promise<void> {
  await scratch.use(async (bytes) => {
    for (let at = startByte; at < endByte; ) {
      const got = await readInto(file, bytes.subarray(0, endByte - at), at);
      if (got === 0) throw new DiskError('io', `${file.path} ended before its size: it was cut.`);
      at += got;
    }
  });
}
