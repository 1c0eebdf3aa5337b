import { read } from 'node:fs';
import type { Native } from '../../native/native.ts';
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

/** Brings a part of a file into the kernel's page cache. Rejects with `DiskError`. */
export type LoadPart = (file: DiskFile, startByte: number, endByte: number) => Promise<void>;

/** The kernel makes no larger request of what it is asked at once, whatever its read-ahead is. */
const REQUEST_BYTES = 1024 * 1024;

/** All requests of a read are given to the disk together, then waited for: the arm goes there once. */
export function loadByKernel(native: Native, scratch: Scratch): LoadPart {
  return async (file, startByte, endByte) => {
    await file.during(async () => {
      // In order: the disk would go to and fro between them.
      for (const { at, bytes } of requests(startByte, endByte)) await native.willNeed(file.fd, at, bytes);
    });
    await readThrough(file, startByte, endByte, scratch);
  };
}

/** The same where the kernel cannot be told: it splits the read as it likes. */
export function loadByReading(scratch: Scratch): LoadPart {
  return (file, startByte, endByte) => readThrough(file, startByte, endByte, scratch);
}

function requests(startByte: number, endByte: number): { readonly at: number; readonly bytes: number }[] {
  const count = Math.ceil((endByte - startByte) / REQUEST_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const at = startByte + i * REQUEST_BYTES;
    return { at, bytes: Math.min(REQUEST_BYTES, endByte - at) };
  });
}

async function readThrough(file: DiskFile, startByte: number, endByte: number, scratch: Scratch): Promise<void> {
  await scratch.use(async (bytes) => {
    for (let at = startByte; at < endByte; ) {
      const got = await readInto(file, bytes.subarray(0, endByte - at), at);
      if (got === 0) throw new DiskError('io', `${file.path} ended before its size: it was cut.`);
      at += got;
    }
  });
}
