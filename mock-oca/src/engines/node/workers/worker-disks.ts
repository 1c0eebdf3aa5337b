import { join } from 'node:path';
import {
  DiskError,
  type DiskStore,
  type FileEntry,
  type FileWriter,
  type OpenFile,
} from '../../../disks/disk-store.ts';
import { CheckedResidency } from '../../../disks/node/checked-residency.ts';
import { memoryFile, nodeOpenFile } from '../../../disks/node/node-open-file.ts';
import { type DiskFile, type Lease, OpenFiles } from '../../../disks/node/open-files.ts';
import type { Residency } from '../../../disks/queue/queued-reads.ts';
import { RecentlyRead } from '../../../disks/queue/recently-read.ts';
import type { Native } from '../../../native/native.ts';
import type { PinnedFile, PlacedFile } from './messages.ts';
import type { ReadingMarks } from './reading-marks.ts';

const REMEMBERED_BYTES = 256 * 1024 * 1024;

export interface WorkerDisksPorts {
  readonly native: Native;
  readonly nowMs: () => number;
  readonly reading: ReadingMarks;
  /** The agent brings these bytes into memory, when it is their turn on their disk. Rejects with `DiskError`. */
  readonly bring: (fileId: string, position: number, bytes: number) => Promise<void>;
  /** Rejects with the reason where the agent cannot open the file either, having drawn its conclusions. */
  readonly tryFile: (fileId: string) => Promise<void>;
}

/** The agent's files, as a worker sees them: it opens them itself, takes from memory what lies there, and leaves the disks to the agent. */
export class WorkerDisks implements DiskStore {
  readonly #ports: WorkerDisksPorts;
  readonly #files = new Map<string, PlacedFile>();
  readonly #openFiles: OpenFiles;
  readonly #residency: Residency<DiskFile>;
  readonly #asksKernel: boolean;
  #pinned = new Map<string, Buffer>();

  constructor(ports: WorkerDisksPorts) {
    const { native, nowMs } = ports;
    this.#ports = ports;
    // Where a file lies on its disk is of the agent's concern.
    this.#openFiles = new OpenFiles({ ...native, placeOf: async () => undefined });
    this.#asksKernel = native.isResident !== undefined;
    this.#residency = native.isResident
      ? new CheckedResidency(native.isResident, nowMs)
      : new RecentlyRead(REMEMBERED_BYTES);
  }

  changed(came: readonly PlacedFile[], gone: readonly string[]): void {
    for (const fileId of gone) this.#forget(fileId);
    for (const placed of came) {
      this.#forget(placed.entry.fileId);
      this.#files.set(placed.entry.fileId, placed);
    }
  }

  pin(files: readonly PinnedFile[]): void {
    this.#pinned = new Map(files.map(({ fileId, bytes }) => [fileId, bufferOver(bytes)]));
  }

  get(fileId: string): FileEntry | undefined {
    return this.#files.get(fileId)?.entry;
  }

  list(): readonly FileEntry[] {
    return [...this.#files.values()].map(({ entry }) => entry);
  }

  openNow(fileId: string): OpenFile | undefined {
    const placed = this.#files.get(fileId);
    if (!placed) return undefined;
    const pinned = this.#pinned.get(fileId);
    if (pinned) return memoryFile(pinned);
    const lease = this.#openFiles.openNow(pathOf(placed));
    return lease && this.#fileOf(fileId, lease);
  }

  async open(fileId: string): Promise<OpenFile> {
    const now = this.openNow(fileId);
    if (now) return now;
    const placed = this.#files.get(fileId);
    if (!placed) throw new DiskError('missing', `File ${fileId} is not on the disks.`);
    try {
      return this.#fileOf(fileId, await this.#openFiles.open(pathOf(placed)));
    } catch (error) {
      // What follows from it is the agent's to decide: one file is gone, or a disk.
      await this.#ports.tryFile(fileId);
      throw error;
    }
  }

  write(): Promise<FileWriter> {
    return Promise.reject(new DiskError('no-disk', 'Only the agent writes.'));
  }

  remove(): Promise<void> {
    return Promise.reject(new DiskError('no-disk', 'Only the agent removes.'));
  }

  #fileOf(fileId: string, lease: Lease): OpenFile {
    const { reading, bring } = this.#ports;
    const reads = {
      inMemory: (file: DiskFile, position: number, bytes: number): boolean => {
        const endByte = Math.min(position + bytes, file.sizeBytes);
        // In this order: what the agent begins to read after the kernel has answered was not meant by its answer.
        return this.#residency.has(file, position, endByte) && !reading.isReading(file.path, position, endByte);
      },
      bring: async (file: DiskFile, position: number, bytes: number): Promise<void> => {
        await bring(fileId, position, bytes);
        this.#residency.add(file, position, Math.min(position + bytes, file.sizeBytes));
      },
    };
    return nodeOpenFile(lease, { reads }, this.#asksKernel);
  }

  #forget(fileId: string): void {
    const placed = this.#files.get(fileId);
    if (placed) this.#openFiles.forget(pathOf(placed));
    this.#files.delete(fileId);
  }
}

const pathOf = ({ folder, entry }: PlacedFile): string => join(folder, entry.fileId);

const bufferOver = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
