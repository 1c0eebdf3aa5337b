import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../deps.ts';
import { DiskError, type DiskStore, type FileEntry, type FileWriter, type OpenFile } from '../disk-store.ts';
import { chooseDisk } from './choose-disk.ts';
import { diskErrorOf } from './disk-error-of.ts';
import { NodeFileWriter } from './node-file-writer.ts';
import { OpenFiles } from './open-files.ts';
import { scanDisk, sidecarPath } from './scan-disk.ts';

/** Files in folders, one folder a disk. What was complete before is served again at once after a restart. */
export class NodeDiskStore implements DiskStore {
  readonly #disks: readonly string[];
  readonly #files: Map<string, { readonly entry: FileEntry; readonly disk: string }>;
  readonly #open = new OpenFiles();
  #writes = 0;

  /** Makes the folders where they lack and reads what they hold. A folder that cannot be used is left out and told. */
  static async open(folders: readonly string[], log: Log): Promise<NodeDiskStore> {
    const files = new Map<string, { entry: FileEntry; disk: string }>();
    const usable: string[] = [];
    for (const disk of folders) {
      try {
        await mkdir(disk, { recursive: true });
        const { entries, dropped } = await scanDisk(disk);
        for (const entry of entries) files.set(entry.fileId, { entry, disk });
        for (const { name, reason } of dropped) log('warn', 'dropped from the disk', { disk, name, reason });
        usable.push(disk);
      } catch (error) {
        log('error', 'a disk cannot be used', { disk, error: String(error) });
      }
    }
    return new NodeDiskStore(usable, files);
  }

  constructor(disks: readonly string[], files: Map<string, { readonly entry: FileEntry; readonly disk: string }>) {
    this.#disks = disks;
    this.#files = files;
  }

  get(fileId: string): FileEntry | undefined {
    return this.#files.get(fileId)?.entry;
  }

  list(): readonly FileEntry[] {
    return [...this.#files.values()].map((file) => file.entry);
  }

  async open(fileId: string): Promise<OpenFile> {
    const file = this.#files.get(fileId);
    if (!file) throw new DiskError('missing', `File ${fileId} is not on the disks.`);
    return this.#open.open(join(file.disk, fileId));
  }

  async write(file: FileEntry): Promise<FileWriter> {
    const disk = chooseDisk(file.fileId, this.#disks);
    if (disk === undefined) throw new DiskError('no-disk', 'No disk can be used.');
    this.#writes += 1;
    const tmpPath = join(disk, `${file.fileId}.${process.pid}-${this.#writes}.part`);
    return NodeFileWriter.create({ file, disk, tmpPath }, () => {
      this.#open.forget(join(disk, file.fileId));
      this.#files.set(file.fileId, { entry: file, disk });
    });
  }

  async remove(fileId: string): Promise<void> {
    const file = this.#files.get(fileId);
    if (!file) return;
    this.#files.delete(fileId);
    const path = join(file.disk, fileId);
    this.#open.forget(path);
    try {
      await unlink(path);
      await unlink(sidecarPath(path));
    } catch (error) {
      throw diskErrorOf(error, path);
    }
  }

  /** Closes what is kept open for the next reader. Files being read stay open until they are closed. */
  close(): void {
    this.#open.forgetAll();
  }
}
