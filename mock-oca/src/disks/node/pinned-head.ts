import { type DiskStore, type FileEntry, isDiskError } from '../disk-store.ts';
import { chooseHead } from '../placement/choose-head.ts';
import type { MemorySharing } from './memory-sharing.ts';

const READ_BYTES = 1024 * 1024;

/** The most wanted files, in this process's memory: they wait for no disk, whatever the kernel keeps. */
export class PinnedHead {
  readonly #limitBytes: number;
  readonly #disks: Pick<DiskStore, 'open' | 'get'>;
  #wanted: readonly FileEntry[] = [];
  readonly #held = new Map<string, Buffer>();
  readonly #share: MemorySharing['pinned'] | undefined;
  #filling: Promise<void> | undefined;

  /** `share`: where other threads are to see it. */
  constructor(disks: Pick<DiskStore, 'open' | 'get'>, limitBytes: number, share?: MemorySharing['pinned']) {
    this.#disks = disks;
    this.#limitBytes = limitBytes;
    this.#share = share;
  }

  get(fileId: string): Buffer | undefined {
    return this.#held.get(fileId);
  }

  forget(fileId: string): void {
    if (this.#held.delete(fileId)) this.#share?.(this.#held);
  }

  /** Resolves when memory holds what it should: at once where nothing is to be pinned. */
  rank(mostWantedFirst: readonly FileEntry[]): Promise<void> {
    if (this.#limitBytes <= 0) return Promise.resolve();
    this.#wanted = chooseHead(mostWantedFirst, this.#limitBytes);
    const wanted = new Set(this.#wanted.map((file) => file.fileId));
    for (const fileId of this.#held.keys()) if (!wanted.has(fileId)) this.forget(fileId);
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #fill(): Promise<void> {
    const failed = new Set<string>();
    const next = (): FileEntry | undefined =>
      this.#wanted.find(({ fileId }) => !this.#held.has(fileId) && !failed.has(fileId));
    for (let file = next(); file; file = next()) {
      try {
        const bytes = await this.#read(file);
        // Meanwhile it may have lost its rank, or left the disks.
        if (this.#wanted.includes(file) && this.#disks.get(file.fileId)) this.#hold(file.fileId, bytes);
        else failed.add(file.fileId);
      } catch (error) {
        if (!isDiskError(error)) throw error;
        failed.add(file.fileId);
      }
    }
  }

  #hold(fileId: string, bytes: Buffer): void {
    this.#held.set(fileId, bytes);
    this.#share?.(this.#held);
  }

  async #read({ fileId, sizeBytes }: FileEntry): Promise<Buffer> {
    const bytes = this.#share ? Buffer.from(new SharedArrayBuffer(sizeBytes)) : Buffer.allocUnsafeSlow(sizeBytes);
    const file = await this.#disks.open(fileId);
    try {
      for (let at = 0; at < sizeBytes; ) {
        const got = await file.read(bytes.subarray(at, at + READ_BYTES), at);
        if (got === 0) break;
        at += got;
      }
      return bytes;
    } finally {
      file.close();
    }
  }
}
