import type { PinnedFile } from './messages.ts';

/** The files that are pinned in memory, which all threads see. */
export class SharedHead {
  #files: readonly PinnedFile[] = [];
  #tell: () => void = () => {};

  get files(): readonly PinnedFile[] {
    return this.#files;
  }

  set(files: ReadonlyMap<string, Uint8Array>): void {
    this.#files = [...files].map(([fileId, bytes]) => ({ fileId, bytes }));
    this.#tell();
  }

  onChange(listener: () => void): void {
    this.#tell = listener;
  }
}
