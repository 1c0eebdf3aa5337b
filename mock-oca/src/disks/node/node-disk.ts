import { statfs } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Log } from '../../deps.ts';
import type { Native } from '../../native/native.ts';
import { DiskError, type DiskReport } from '../disk-store.ts';
import { type DiskEvent, type DiskJudgement, FRESH_DISK, judgeDisk } from '../failure/judge-disk.ts';
import type { FinishedRead } from '../queue/disk-queue.ts';
import { QueuedReads, type Residency } from '../queue/queued-reads.ts';
import { RecentlyRead } from '../queue/recently-read.ts';
import { CheckedResidency } from './checked-residency.ts';
import { diskErrorOf, systemCodeOf } from './disk-error-of.ts';
import { identify, identityOf, proveWritable } from './disk-identity.ts';
import type { KnownDisks } from './known-disks.ts';
import type { LoadPart } from './load-file.ts';
import { type DiskFile, type Lease, OpenFiles } from './open-files.ts';
import { type DiskScan, scanDisk } from './scan-disk.ts';

export interface NodeDiskPorts {
  readonly native: Native | undefined;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly readsAtOnce: number;
  /** What is taken to lie in memory after it was read, where the kernel cannot be asked. */
  readonly rememberedBytes: number;
  /** How its reads are done: another function makes a disk that fails on purpose. */
  readonly loadPart: LoadPart;
  readonly onOut: (disk: NodeDisk) => void;
  readonly known?: KnownDisks | undefined;
}

/** One folder, taken for one disk: its queue, its files' descriptors, and whether it is still to be trusted. */
export class NodeDisk {
  readonly folder: string;
  readonly #ports: NodeDiskPorts;
  #state: DiskReport['state'] = 'out';
  #id: string | undefined;
  #judgement: DiskJudgement = { ...FRESH_DISK, verdict: 'out', reason: 'not looked at yet' };
  #openFiles: OpenFiles;
  #reads: QueuedReads<DiskFile>;
  #looking: Promise<unknown> | undefined;
  #lookingSinceMs = 0;
  freeBytes = 0;

  constructor(folder: string, ports: NodeDiskPorts) {
    this.folder = folder;
    this.#ports = ports;
    this.#openFiles = new OpenFiles(ports.native);
    this.#reads = this.#newReads();
  }

  get state(): DiskReport['state'] {
    return this.#state;
  }

  get reads(): QueuedReads<DiskFile> {
    return this.#reads;
  }

  report(files: number): DiskReport {
    const { reason } = this.#judgement;
    return { disk: this.folder, state: this.#state, reason, files, delayMs: this.#reads.queue.delayMs() };
  }

  /** Takes the disk up: the same one as before, writable. From here on it is `verifying` until `serve`. Rejects else. */
  async begin(): Promise<DiskScan> {
    const { known } = this.#ports;
    if (this.#id === undefined) this.#id = await identify(this.folder, known?.has(this.folder) ?? false);
    else if ((await identityOf(this.folder)) !== this.#id) throw new DiskError('no-disk', 'It is not there.');
    known?.note(this.folder, this.#id);
    await proveWritable(this.folder);
    const scan = await scanDisk(this.folder);
    await this.#measureRoom();
    this.#openFiles = new OpenFiles(this.#ports.native);
    this.#reads = this.#newReads();
    this.#judgement = FRESH_DISK;
    this.#state = 'verifying';
    return scan;
  }

  serve(): void {
    if (this.#judgement.verdict === 'good') this.#state = 'serving';
  }

  async open(fileId: string): Promise<Lease> {
    const path = this.#pathOf(fileId);
    try {
      return await this.#openFiles.open(path);
    } catch (error) {
      this.sawError(error);
      throw error;
    }
  }

  openNow(fileId: string): Lease | undefined {
    return this.#openFiles.openNow(this.#pathOf(fileId));
  }

  forget(fileId: string): void {
    this.#openFiles.forget(this.#pathOf(fileId));
  }

  forgetAll(): void {
    this.#openFiles.forgetAll();
  }

  #pathOf(fileId: string): string {
    return `${this.folder}${sep}${fileId}`;
  }

  sawError(error: unknown): void {
    const code = systemCodeOf(error);
    if (code !== undefined) this.#saw({ kind: 'error', code });
  }

  /** Looks whether it is still there and answers. Resolves soon, whatever the disk does. */
  async look(): Promise<void> {
    if (this.#state === 'out') return;
    const hangingMs = this.#reads.queue.hangingMs();
    if (hangingMs > 0) this.#saw({ kind: 'hanging', forMs: hangingMs });
    if (this.#looking) {
      this.#saw({ kind: 'hanging', forMs: this.#ports.nowMs() - this.#lookingSinceMs });
      return;
    }
    this.#lookingSinceMs = this.#ports.nowMs();
    this.#looking = this.#lookCloser().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  /** Whether its folder is gone, to be asked when a file is not found. */
  async hasVanished(): Promise<boolean> {
    await this.#lookCloser();
    return this.#state === 'out';
  }

  async #lookCloser(): Promise<void> {
    try {
      if ((await identityOf(this.folder)) !== this.#id) this.#saw({ kind: 'vanished' });
      else await this.#measureRoom();
    } catch (error) {
      this.sawError(error);
    }
  }

  async #measureRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    this.freeBytes = bavail * bsize;
  }

  #saw(event: DiskEvent): void {
    const before = this.#judgement;
    this.#judgement = judgeDisk(before, event);
    if (before.verdict === 'out' || this.#judgement.verdict !== 'out') return;
    this.#state = 'out';
    const { folder } = this;
    this.#ports.log('error', 'a disk is out of use', { disk: folder, reason: this.#judgement.reason });
    this.#reads.queue.close(new DiskError('missing', `The disk ${folder} is out of use.`));
    this.#openFiles.forgetAll();
    this.#ports.onOut(this);
  }

  #newReads(): QueuedReads<DiskFile> {
    const { native, nowMs, loadPart, readsAtOnce, rememberedBytes } = this.#ports;
    const residency: Residency<DiskFile> = native?.isResident
      ? new CheckedResidency(native.isResident, nowMs)
      : new RecentlyRead(rememberedBytes);
    const load = async (file: DiskFile, startByte: number, endByte: number): Promise<void> => {
      try {
        await loadPart(file, startByte, endByte);
      } catch (error) {
        throw diskErrorOf(error, file.path);
      }
    };
    const onRead = (read: FinishedRead): void => {
      // A queue that was given up says nothing of the disk that came back.
      if (reads !== this.#reads) return;
      if (read.error === undefined) this.#saw({ kind: 'read', bytes: read.bytes, tookMs: read.tookMs });
      else this.sawError(read.error);
    };
    const reads: QueuedReads<DiskFile> = new QueuedReads(
      { clock: { nowMs }, load, placeOf: (file) => file.place, onRead },
      residency,
      readsAtOnce,
    );
    return reads;
  }
}
