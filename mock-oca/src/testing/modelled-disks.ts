import type { Clock } from '../deps.ts';
import { DiskError, type DiskStore, type FileEntry } from '../disks/disk-store.ts';
import { DiskDrive } from '../disks/model/disk-drive.ts';
import { HARD_DISK, HardDisk } from '../disks/model/hard-disk.ts';
import { QueuedReads } from '../disks/queue/queued-reads.ts';
import { RecentlyRead } from '../disks/queue/recently-read.ts';

export interface ModelledFile {
  readonly entry: FileEntry;
  readonly sizeBytes: number;
  readonly place: number;
  readonly disk: ModelledDisk;
}

export interface ModelledDisk {
  readonly drive: DiskDrive;
  readonly reads: QueuedReads<ModelledFile>;
  readonly memory: RecentlyRead<ModelledFile>;
}

const GIB = 2 ** 30;

/** Disks of one tebibyte whose files have sizes and places, but no bytes. */
export class ModelledDisks implements DiskStore {
  readonly drives: readonly ModelledDisk[];
  readonly #files = new Map<string, ModelledFile>();

  constructor(clock: Clock, count: number) {
    this.drives = Array.from({ length: count }, () => {
      const drive = new DiskDrive(new HardDisk({ ...HARD_DISK, sizeBytes: 1024 * GIB }), clock);
      const memory = new RecentlyRead<ModelledFile>(8 * GIB);
      const load = (file: ModelledFile, startByte: number, endByte: number): Promise<void> =>
        drive.read(file.place + startByte, endByte - startByte);
      return { drive, memory, reads: new QueuedReads({ clock, load, placeOf: (file) => file.place }, memory) };
    });
  }

  /** A film of one GiB, in order over the whole disk. */
  add(disk: number, ordinal: number, inMemory = false): FileEntry {
    const fileId = (disk * 1000 + ordinal).toString(16).padStart(32, '0');
    const entry = { fileId, titleId: 'film', sizeBytes: GIB, sha256: '' };
    const on = this.drives[disk];
    if (!on) throw new Error(`There is no disk ${disk}.`);
    // Spread as a catalog is, and on no multiple of a track.
    const file = { entry, sizeBytes: GIB, place: ((ordinal * 379) % 1000) * GIB + ordinal * 4096, disk: on };
    this.#files.set(fileId, file);
    if (inMemory) on.memory.add(file, 0, GIB);
    return entry;
  }

  get(fileId: string): FileEntry | undefined {
    return this.#files.get(fileId)?.entry;
  }

  list(): readonly FileEntry[] {
    return [...this.#files.values()].map((file) => file.entry);
  }

  async open(fileId: string): ReturnType<DiskStore['open']> {
    const file = this.#files.get(fileId);
    if (!file) throw new DiskError('missing', `There is no ${fileId}.`);
    const { reads } = file.disk;
    return {
      async read(target, position) {
        const bytes = Math.min(target.length, file.sizeBytes - position);
        if (!reads.inMemory(file, position, bytes)) await reads.bring(file, position, bytes);
        return bytes;
      },
      close() {},
    };
  }

  async write(): Promise<never> {
    throw new DiskError('io', 'A modelled disk is not written.');
  }

  async remove(fileId: string): Promise<void> {
    this.#files.delete(fileId);
  }
}
