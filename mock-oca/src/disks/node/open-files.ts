import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';
import type { OpenFile } from '../disk-store.ts';
import { diskErrorOf } from './disk-error-of.ts';

const openPath = promisify(open);
/** Descriptors kept for the next reader after the last one left. */
const MAX_IDLE = 128;

interface Shared {
  readonly fd: Promise<number>;
  readers: number;
  /** Not to be kept: the file was removed or replaced. */
  forgotten: boolean;
}

/** One descriptor for all readers of a file: reads are positional, so they share it. */
export class OpenFiles {
  readonly #byPath = new Map<string, Shared>();

  async open(path: string): Promise<OpenFile> {
    const shared = this.#byPath.get(path) ?? this.#add(path);
    shared.readers += 1;
    try {
      return this.#reader(path, shared, await shared.fd);
    } catch (error) {
      this.#leave(path, shared);
      this.forget(path);
      throw diskErrorOf(error, path);
    }
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
    const shared: Shared = { fd: openPath(path, 'r'), readers: 0, forgotten: false };
    this.#byPath.set(path, shared);
    return shared;
  }

  #reader(path: string, shared: Shared, fd: number): OpenFile {
    let closed = false;
    let reading = 0;
    const leaveWhenQuiet = (): void => {
      // A descriptor closed under a running read could be another file's by the time the read happens.
      if (closed && reading === 0) this.#leave(path, shared);
    };
    return {
      read: (target, position) =>
        new Promise((resolve, reject) => {
          reading += 1;
          read(fd, target, 0, target.length, position, (error, bytes) => {
            reading -= 1;
            leaveWhenQuiet();
            if (error) reject(diskErrorOf(error, path));
            else resolve(bytes);
          });
        }),
      close: () => {
        if (closed) return;
        closed = true;
        leaveWhenQuiet();
      },
    };
  }

  #leave(path: string, shared: Shared): void {
    shared.readers -= 1;
    if (shared.readers > 0) return;
    if (shared.forgotten) {
      closeQuietly(shared);
      return;
    }
    // Last in the map is the latest used.
    this.#byPath.delete(path);
    this.#byPath.set(path, shared);
    if (this.#byPath.size > MAX_IDLE) this.#dropOneIdle();
  }

  #dropOneIdle(): void {
    const idle = [...this.#byPath].find(([, shared]) => shared.readers === 0);
    if (idle) this.forget(idle[0]);
  }
}

function closeQuietly(shared: Shared): void {
  shared.fd.then((fd) => close(fd, () => {})).catch(() => {});
}
