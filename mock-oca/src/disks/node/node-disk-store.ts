import { rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../deps.ts';
import { loadNative, type Native } from '../../native/native.ts';
import {
  DiskError,
  type DiskReport,
  type DiskStore,
  type FileEntry,
  type FileWriter,
  isDiskError,
  type OpenFile,
} from '../disk-store.ts';
import { demandOf, placeFile } from '../placement/place-file.ts';
import { READS_AT_ONCE } from '../queue/disk-queue.ts';
import { AHEAD_BYTES } from '../queue/read-window.ts';
import { diskErrorOf } from './disk-error-of.ts';
import type { KnownDisks } from './known-disks.ts';
import { type LoadPart, loadByKernel, loadByReading } from './load-file.ts';
import type { MemorySharing } from './memory-sharing.ts';
import { NodeDisk } from './node-disk.ts';
import { NodeFileWriter } from './node-file-writer.ts';
import { memoryFile, nodeOpenFile } from './node-open-file.ts';
import { PinnedHead } from './pinned-head.ts';
import { sidecarPath } from './scan-disk.ts';
import { Scratch } from './scratch.ts';
import { verifyFile } from './verify-file.ts';

export interface NodeDiskStoreOptions {
  /** The most wanted files held in this process's memory. */
  readonly pinnedBytes?: number;
  readonly native?: Native | undefined;
  readonly nowMs?: () => number;
  /** Threads that libuv reads files with; `UV_THREADPOOL_SIZE` says. */
  readonly threads?: number;
  readonly loadPart?: LoadPart;
  /** What was seen in the folders before this start. */
  readonly known?: KnownDisks | undefined;
  /** Where other threads serve its files, too. */
  readonly sharing?: MemorySharing | undefined;
}

interface Held {
  readonly entry: FileEntry;
  readonly disk: NodeDisk;
}

const LIBUV_THREADS = 4;
const REMEMBERED_BYTES = 256 * 1024 * 1024;
/** How long a disk that is out is left alone before it is looked at again. */
const RETRY_MS = 10_000;
/** Rounds come each second: one so late tells of this process, not of the disks. */
const STOPPED_MS = 5000;

/** Files in folders, one folder a disk. What was complete before is served again at once after a restart. */
export class NodeDiskStore implements DiskStore {
  readonly #disks: readonly NodeDisk[];
  readonly #files = new Map<string, Held>();
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #asksKernel: boolean;
  readonly #head: PinnedHead;
  readonly #ranks = new Map<string, number>();
  readonly #retryAtMs = new Map<NodeDisk, number>();
  readonly #comingBack = new Set<Promise<void>>();
  #tell: () => void = () => {};
  #pinning: Promise<void> = Promise.resolve();
  #tendedAtMs = Number.POSITIVE_INFINITY;
  #writes = 0;

  /** Makes the folders where they lack and reads what they hold. A folder that cannot be used is left out and told. */
  static async open(folders: readonly string[], log: Log, options: NodeDiskStoreOptions = {}): Promise<NodeDiskStore> {
    const store = new NodeDiskStore(folders, log, options);
    for (const disk of store.#disks) await store.#takeUp(disk);
    // Until somebody says what is wanted most, anything is better in memory than nothing.
    store.#pin(store.list());
    return store;
  }

  private constructor(folders: readonly string[], log: Log, options: NodeDiskStoreOptions) {
    const native = 'native' in options ? options.native : loadNative();
    const threads = options.threads ?? Number(process.env.UV_THREADPOOL_SIZE ?? LIBUV_THREADS);
    this.#log = log;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#asksKernel = native?.isResident !== undefined;
    this.#head = new PinnedHead(this, options.pinnedBytes ?? 0, options.sharing?.pinned);
    const reading = readingWith(native, threads, folders.length);
    const loadPart = options.loadPart ?? reading.loadPart;
    const ports = {
      native,
      nowMs: this.#nowMs,
      log,
      readsAtOnce: reading.readsAtOnce,
      loadPart: options.sharing ? markedLoad(loadPart, options.sharing) : loadPart,
      rememberedBytes: REMEMBERED_BYTES,
      onOut: (disk: NodeDisk) => this.#lost(disk),
      known: options.known,
    };
    this.#disks = folders.map((folder) => new NodeDisk(folder, ports));
  }

  get(fileId: string): FileEntry | undefined {
    return this.#files.get(fileId)?.entry;
  }

  list(): readonly FileEntry[] {
    return [...this.#files.values()].map((file) => file.entry);
  }

  /** The folder that holds a file, for who reads it without us. */
  folderOf(fileId: string): string | undefined {
    return this.#files.get(fileId)?.disk.folder;
  }

  async open(fileId: string): Promise<OpenFile> {
    const pinned = this.#head.get(fileId);
    if (pinned) return memoryFile(pinned);
    const held = this.#files.get(fileId);
    if (!held) throw new DiskError('missing', `File ${fileId} is not on the disks.`);
    try {
      return nodeOpenFile(await held.disk.open(fileId), held.disk, this.#asksKernel);
    } catch (error) {
      if (isDiskError(error) && error.kind === 'missing') await this.#notFound(held);
      throw error;
    }
  }

  openNow(fileId: string): OpenFile | undefined {
    const pinned = this.#head.get(fileId);
    if (pinned) return memoryFile(pinned);
    const held = this.#files.get(fileId);
    const lease = held?.disk.openNow(fileId);
    return held && lease && nodeOpenFile(lease, held.disk, this.#asksKernel);
  }

  async write(file: FileEntry): Promise<FileWriter> {
    const disk = this.#diskFor(file);
    this.#writes += 1;
    const tmpPath = join(disk.folder, `${file.fileId}.${process.pid}-${this.#writes}.part`);
    disk.freeBytes -= file.sizeBytes;
    const place = { file, disk: disk.folder, tmpPath };
    const committed = (): void => {
      disk.forget(file.fileId);
      if (disk.state === 'serving') this.#files.set(file.fileId, { entry: file, disk });
    };
    return NodeFileWriter.create(place, { onCommitted: committed, onError: (error) => disk.sawError(error) });
  }

  async remove(fileId: string): Promise<void> {
    const held = this.#files.get(fileId);
    if (!held) return;
    this.#drop(fileId);
    const path = join(held.disk.folder, fileId);
    try {
      await unlink(path);
      await unlink(sidecarPath(path));
    } catch (error) {
      held.disk.sawError(error);
      throw diskErrorOf(error, path);
    }
  }

  rank(fileIds: readonly string[]): void {
    this.#ranks.clear();
    fileIds.forEach((fileId, rank) => void this.#ranks.set(fileId, rank));
    this.#pin(fileIds.flatMap((fileId) => this.#files.get(fileId)?.entry ?? []));
  }

  disks(): readonly DiskReport[] {
    const files = new Map<NodeDisk, number>();
    for (const { disk } of this.#files.values()) files.set(disk, (files.get(disk) ?? 0) + 1);
    return this.#disks.map((disk) => disk.report(files.get(disk) ?? 0));
  }

  onChange(listener: () => void): void {
    this.#tell = listener;
  }

  async tend(): Promise<void> {
    for (const disk of this.#disks) {
      if (disk.state === 'out' && this.#nowMs() >= (this.#retryAtMs.get(disk) ?? 0)) this.#retry(disk);
    }
    const sinceMs = this.#nowMs() - this.#tendedAtMs;
    this.#tendedAtMs = this.#nowMs();
    // After this process was stopped a disk seems to hang that answered long ago.
    if (sinceMs > STOPPED_MS) return;
    // A disk that hangs must not keep the others from being looked at.
    for (const disk of this.#disks) void disk.look();
  }

  /** Resolves when no disk is being taken up again, and memory holds what it should. */
  async settled(): Promise<void> {
    while (this.#comingBack.size > 0) await Promise.all(this.#comingBack);
    await this.#pinning;
  }

  /** Closes what is kept open for the next reader. Files being read stay open until they are closed. */
  close(): void {
    for (const disk of this.#disks) disk.forgetAll();
  }

  #pin(mostWantedFirst: readonly FileEntry[]): void {
    this.#pinning = this.#head.rank(mostWantedFirst).catch((error: unknown) => {
      this.#log('error', 'files could not be pinned', { error: String(error) });
    });
  }

  #diskFor({ fileId, sizeBytes }: FileEntry): NodeDisk {
    const serving = this.#disks.filter((disk) => disk.state === 'serving');
    if (serving.length === 0) throw new DiskError('no-disk', 'No disk can be used.');
    const demand = new Map<NodeDisk, number>();
    if (this.#ranks.size > 0) {
      for (const { entry, disk } of this.#files.values()) {
        demand.set(disk, (demand.get(disk) ?? 0) + demandOf(this.#ranks.get(entry.fileId), this.#ranks.size));
      }
    }
    const rooms = serving.map((disk) => ({
      disk: disk.folder,
      freeBytes: disk.freeBytes,
      demand: demand.get(disk) ?? 0,
    }));
    const placed = placeFile(fileId, sizeBytes, rooms)?.disk;
    const disk = serving.find((each) => each.folder === placed);
    if (!disk) throw new DiskError('full', `No disk has room for ${sizeBytes} bytes: make space, or add a folder.`);
    return disk;
  }

  /** At the start: what fits its sidecar counts as verified, so that the box serves within a second. */
  async #takeUp(disk: NodeDisk): Promise<void> {
    try {
      const { entries, dropped } = await disk.begin();
      for (const entry of entries) this.#files.set(entry.fileId, { entry, disk });
      for (const { name, reason } of dropped)
        this.#log('warn', 'dropped from the disk', { disk: disk.folder, name, reason });
      disk.serve();
    } catch (error) {
      this.#retryAtMs.set(disk, this.#nowMs() + RETRY_MS);
      this.#log('error', 'a disk cannot be used', { disk: disk.folder, error: String(error) });
    }
  }

  #retry(disk: NodeDisk): void {
    this.#retryAtMs.set(disk, this.#nowMs() + RETRY_MS);
    const round = this.#comeBack(disk).catch((error: unknown) => {
      this.#log('debug', 'a disk is still out of use', { disk: disk.folder, error: String(error) });
    });
    this.#comingBack.add(round);
    void round.finally(() => this.#comingBack.delete(round));
  }

  /** A disk that was out is believed nothing: each file is read and hashed before it is served again. */
  async #comeBack(disk: NodeDisk): Promise<void> {
    const { entries } = await disk.begin();
    this.#log('info', 'a disk is back, its files are verified', { disk: disk.folder, files: entries.length });
    for (const entry of entries) {
      const kept = !this.#files.has(entry.fileId) && (await this.#isWhole(entry, disk));
      if (disk.state === 'out') return;
      if (kept) this.#files.set(entry.fileId, { entry, disk });
      else await this.#erase(entry.fileId, disk);
    }
    disk.serve();
    this.#log('info', 'a disk serves again', { disk: disk.folder });
    this.#tell();
  }

  async #isWhole(entry: FileEntry, disk: NodeDisk): Promise<boolean> {
    const lease = await disk.open(entry.fileId);
    try {
      return await verifyFile(entry, lease.file, disk.reads);
    } finally {
      lease.close();
    }
  }

  async #erase(fileId: string, disk: NodeDisk): Promise<void> {
    const path = join(disk.folder, fileId);
    disk.forget(fileId);
    await rm(path, { force: true });
    await rm(sidecarPath(path), { force: true });
  }

  #lost(disk: NodeDisk): void {
    this.#retryAtMs.set(disk, this.#nowMs() + RETRY_MS);
    for (const [fileId, held] of this.#files) if (held.disk === disk) this.#files.delete(fileId);
    this.#tell();
  }

  /** One file is not where it should be: it alone is gone, or all of its disk. */
  async #notFound({ entry, disk }: Held): Promise<void> {
    if (await disk.hasVanished()) return;
    this.#log('error', 'a file has left its disk', { disk: disk.folder, fileId: entry.fileId });
    this.#drop(entry.fileId);
    this.#tell();
  }

  #drop(fileId: string): void {
    this.#files.get(fileId)?.disk.forget(fileId);
    this.#files.delete(fileId);
    this.#head.forget(fileId);
  }
}

/** Others are to know what is being read. */
function markedLoad(loadPart: LoadPart, { mark }: MemorySharing): LoadPart {
  return async (file, startByte, endByte) => {
    const unmark = mark(file.path, startByte, endByte);
    try {
      await loadPart(file, startByte, endByte);
    } finally {
      unmark();
    }
  };
}

/** One thread stays free for what is no read of a disk, so that no disk can stop another, or an `open`. */
function readingWith(
  native: Native | undefined,
  threads: number,
  disks: number,
): { readonly readsAtOnce: number; readonly loadPart: LoadPart } {
  const perDisk = Math.max(1, Math.floor((threads - 1) / Math.max(1, disks)));
  const scratch = new Scratch(AHEAD_BYTES);
  const loadPart = native ? loadByKernel(native, scratch) : loadByReading(scratch);
  return { readsAtOnce: Math.min(READS_AT_ONCE, perDisk), loadPart };
}
