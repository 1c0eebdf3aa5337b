import { type FileHandle, open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mtimeSecondsOf } from '@pressplay/protocol/wire';
import { DiskError, type FileEntry, type FileWriter } from '../disk-store.ts';
import { diskErrorOf } from './disk-error-of.ts';
import { sidecarPath } from './scan-disk.ts';

interface Place {
  readonly file: FileEntry;
  readonly disk: string;
  readonly tmpPath: string;
}

export interface WriterListener {
  onCommitted(): void;
  onError(error: unknown): void;
}

/** Writes beside the final name and renames last: a crash at any moment leaves either the whole file or none. */
export class NodeFileWriter implements FileWriter {
  readonly #place: Place;
  readonly #handle: FileHandle;
  readonly #listener: WriterListener;
  #bytes = 0;
  #closed = false;

  static async create(place: Place, listener: WriterListener): Promise<NodeFileWriter> {
    try {
      return new NodeFileWriter(place, await open(place.tmpPath, 'wx'), listener);
    } catch (error) {
      listener.onError(error);
      throw diskErrorOf(error, place.tmpPath);
    }
  }

  constructor(place: Place, handle: FileHandle, listener: WriterListener) {
    this.#place = place;
    this.#handle = handle;
    this.#listener = listener;
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.#closed) throw new DiskError('io', `${this.#place.tmpPath} is not being written any more.`);
    try {
      for (let at = 0; at < bytes.length; ) at += (await this.#handle.write(bytes, at)).bytesWritten;
      this.#bytes += bytes.length;
    } catch (error) {
      this.#listener.onError(error);
      throw diskErrorOf(error, this.#place.tmpPath);
    }
  }

  async commit(): Promise<void> {
    const { file, tmpPath } = this.#place;
    if (this.#closed) throw new DiskError('io', `${tmpPath} is not being written any more.`);
    if (this.#bytes !== file.sizeBytes) {
      await this.abort();
      throw new DiskError('wrong-size', `File ${file.fileId} has ${this.#bytes} bytes instead of ${file.sizeBytes}.`);
    }
    try {
      await this.#publish();
    } catch (error) {
      this.#listener.onError(error);
      await this.abort();
      throw diskErrorOf(error, tmpPath);
    }
    this.#closed = true;
    this.#listener.onCommitted();
  }

  async abort(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close().catch(() => {});
    await rm(this.#place.tmpPath, { force: true }).catch(() => {});
  }

  /** The sidecar first: a file without one would be dropped at the next start. */
  async #publish(): Promise<void> {
    const { file, disk, tmpPath } = this.#place;
    const path = join(disk, file.fileId);
    const mtimeS = mtimeSecondsOf(file.fileId);
    await this.#handle.sync();
    await this.#handle.close();
    await utimes(tmpPath, mtimeS, mtimeS);
    // Its own name for each writer: the same file may be written twice at once.
    const tmpSidecar = tmpPath.replace(path, sidecarPath(path));
    await writeFile(tmpSidecar, JSON.stringify(file), { flush: true });
    await rename(tmpSidecar, sidecarPath(path));
    await rename(tmpPath, path);
    const folder = await open(disk, 'r');
    await folder.sync().finally(() => folder.close());
  }
}
