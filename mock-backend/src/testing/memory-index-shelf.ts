import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { IndexShelf } from '../catalog/index-shelf.ts';

export interface MemoryIndexShelf extends IndexShelf {
  readonly files: Map<string, Uint8Array>;
  /** How often somebody read from it. */
  reads(): number;
}

/** An origin in memory, as far as index files go. */
export function memoryIndexShelf(): MemoryIndexShelf {
  const files = new Map<string, Uint8Array>();
  let readCount = 0;
  return {
    files,
    reads: () => readCount,
    gzippedBytes: async (text) => gzipSync(text).length,
    sha256Hex: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    put: async (fileId, bytes) => void files.set(fileId, bytes),
    read: async (fileId) => {
      readCount++;
      return files.get(fileId);
    },
  };
}
