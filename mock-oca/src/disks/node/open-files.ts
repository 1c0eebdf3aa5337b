import { close, constants, fstat, open } from 'node:fs';
import { promisify } from 'node:util';
import type { Native } from '../../native/native.ts';
import { diskErrorOf } from './disk-error-of.ts';

const openPath = promisify(open);
const statDescriptor = promisify(fstat);
/** Descriptors kept for the next reader after the last one left. */
const MAX_IDLE = 128;
/** Without the kernel's word, the number of its inode tells where on the disk a file lies, if only in what order. */
const BYTES_AN_INODE = 2 ** 24;

/** An open file, one for all its readers: reads are positional. */
export interface DiskFile {
  readonly path: string;
  readonly fd: number;
  readonly sizeBytes: number;
  /** Where it begins on its disk. */
  readonly place: number;
  /** Keeps the descriptor open until the work is done: closed under a read it could be another file's by then. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

export interface Lease {
  readonly file: DiskFile;
  /** Idempotent. */
  close(): void;
}

interface Shared {
  readonly file: Promise<DiskFile>;
  /** The same, once it is open. */
  opened: DiskFile | undefined;
  readers: number;
  /** When the last one left, as a number that grows. */
  leftAt: number;
  /** Not to be kept: the file was removed or replaced. */
  forgotten: boolean;
}

/** One descriptor for all readers of a file. */
export class OpenFiles {
  readonly #byPath = new Map<string, Shared>();
  readonly #native: Native | undefined;
  #leaves = 0;

  constructor(native: Native | undefined) {
    this.#native = native;
  }

  async open(path: string): Promise<Lease> {
    const shared = this.#byPath.get(path) ?? this.#add(path);
    shared.readers += 1;
    try {
      shared.opened = await shared.file;
      return this.#lease(shared, shared.opened);
    } catch (error) {
      this.#leave(shared);
      this.forget(path);
      throw diskErrorOf(error, path);
    }
  }

  /** As `open`, of a file that is open already; undefined of others. */
  openNow(path: string): Lease | undefined {
    const shared = this.#byPath.get(path);
    if (!shared?.opened) return undefined;
    shared.readers += 1;
    return this.#lease(shared, shared.opened);
  }

  /** The next `open` opens anew. Running readers keep what they have. */
  forget(path: string): void {
    const shared = this.#byPath.get(path);
    if (!shared) return;
    this.#byPath.delete(path);
    shared.forgotten = true;
    if (shared.readers === 0) closeQuietly(shared);
  }

  forgetAll(): void {
    for (const path of [...this.#byPath.keys()]) this.forget(path);
  }

  #add(path: string): Shared {
    const during = async <T>(work: () => Promise<T>): Promise<T> => {
      shared.readers += 1;
      try {
        return await work();
      } finally {
        this.#leave(shared);
      }
    };
    const shared: Shared = {
      file: this.#openFile(path, during),
      opened: undefined,
      readers: 0,
      leftAt: 0,
      forgotten: false,
    };
    this.#byPath.set(path, shared);
    return shared;
  }

  async #openFile(path: string, during: DiskFile['during']): Promise<DiskFile> {
    // A link in a file's place leads somewhere else.
    const fd = await openPath(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size, ino } = await statDescriptor(fd);
      this.#native?.adviseRandom(fd);
      const place = (await this.#native?.placeOf(fd)) ?? ino * BYTES_AN_INODE;
      return { path, fd, sizeBytes: size, place, during };
    } catch (error) {
      close(fd, () => {});
      throw error;
    }
  }

  #lease(shared: Shared, file: DiskFile): Lease {
    let closed = false;
    return {
      file,
      close: () => {
        if (closed) return;
        closed = true;
        this.#leave(shared);
      },
    };
  }

  #leave(shared: Shared): void {
    shared.readers -= 1;
    if (shared.readers > 0) return;
    if (shared.forgotten) {
      closeQuietly(shared);
      return;
    }
    this.#leaves += 1;
    shared.leftAt = this.#leaves;
    if (this.#byPath.size > MAX_IDLE) this.#dropOneIdle();
  }

  /** That which nobody has used for the longest time. */
  #dropOneIdle(): void {
    let oldest: { readonly path: string; readonly leftAt: number } | undefined;
    for (const [path, { readers, leftAt }] of this.#byPath)
      if (readers === 0 && leftAt < (oldest?.leftAt ?? Number.POSITIVE_INFINITY)) oldest = { path, leftAt };
    if (oldest) this.forget(oldest.path);
  }
}

function closeQuietly(shared: Shared): void {
  shared.file.then(({ fd }) => close(fd, () => {})).catch(() => {});
}
