import type { OpenFile } from '../../disks/disk-store.ts';
import type { ChunkReader, ChunkReaderFactory } from '../../serving/exchange.ts';
import { sharedChunks } from '../../serving/media-answer.ts';
import type { BufferPool } from './buffer-pool.ts';

/**
 * Reads a range through one pooled buffer: filled from the disk when used up, handed out in slices. A file in memory is
 * handed out as it is; of one that the kernel sends, only what is asked for is read.
 */
export function pooledReader(pool: BufferPool): ChunkReaderFactory {
  return (file, { startByte, endByte }) =>
    file.view ? sharedChunks(file) : new PooledReader(pool, file, startByte, endByte);
}

class PooledReader implements ChunkReader {
  readonly #pool: BufferPool;
  readonly #file: OpenFile;
  readonly #endByte: number;
  #buffer: Buffer | undefined;
  /** The part of the file that the buffer holds. */
  #heldFrom: number;
  #heldTo: number;
  #reading = false;
  #released = false;

  constructor(pool: BufferPool, file: OpenFile, startByte: number, endByte: number) {
    this.#pool = pool;
    this.#file = file;
    this.#endByte = endByte;
    this.#heldFrom = startByte;
    this.#heldTo = startByte;
  }

  async read(position: number, maxBytes: number): Promise<Uint8Array> {
    if (position < this.#heldFrom || position >= this.#heldTo) await this.#fill(position, maxBytes);
    const from = position - this.#heldFrom;
    const to = Math.min(from + maxBytes, this.#heldTo - this.#heldFrom);
    return this.#buffer?.subarray(from, to) ?? new Uint8Array(0);
  }

  release(): void {
    this.#released = true;
    // A read under way still writes into the buffer: it goes back to the pool after that.
    if (!this.#reading) this.#giveBack();
  }

  async #fill(position: number, maxBytes: number): Promise<void> {
    const wantedBytes = this.#file.kernel ? maxBytes : this.#endByte - position;
    this.#buffer ??= this.#pool.take(wantedBytes);
    this.#reading = true;
    try {
      const bytes = await this.#file.read(this.#buffer.subarray(0, wantedBytes), position);
      if (bytes === 0) throw new Error('The file ended before its range.');
      this.#heldFrom = position;
      this.#heldTo = position + bytes;
    } finally {
      this.#reading = false;
      if (this.#released) this.#giveBack();
    }
  }

  #giveBack(): void {
    if (this.#buffer) this.#pool.give(this.#buffer);
    this.#buffer = undefined;
  }
}
