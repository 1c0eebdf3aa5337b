import type { DiskStore, FileEntry, FileWriter, OpenFile } from '@pressplay/mock-oca';

export interface ShelvedFile {
  readonly entry: FileEntry;
  readonly bytes: Uint8Array;
}

/**
 * A store that begins with files it shares with other stores, so that twelve full OCAs cost the memory of one; what is
 * written goes to the store behind it.
 */
export class ShelfDiskStore implements DiskStore {
  readonly #shelf: Map<string, ShelvedFile>;
  readonly #behind: DiskStore;

  constructor(behind: DiskStore, files: readonly ShelvedFile[]) {
    this.#behind = behind;
    this.#shelf = new Map(files.map((file) => [file.entry.fileId, file]));
  }

  get(fileId: string): FileEntry | undefined {
    return this.#shelf.get(fileId)?.entry ?? this.#behind.get(fileId);
  }

  list(): readonly FileEntry[] {
    return [...[...this.#shelf.values()].map((file) => file.entry), ...this.#behind.list()];
  }

  async open(fileId: string): Promise<OpenFile> {
    const bytes = this.#shelf.get(fileId)?.bytes;
    if (!bytes) return this.#behind.open(fileId);
    return {
      async read(target, position) {
        const part = bytes.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      view: (position, maxBytes) => bytes.subarray(position, position + maxBytes),
      close() {},
    };
  }

  async write(file: FileEntry): Promise<FileWriter> {
    this.#shelf.delete(file.fileId);
    return this.#behind.write(file);
  }

  async remove(fileId: string): Promise<void> {
    this.#shelf.delete(fileId);
    await this.#behind.remove(fileId);
  }
}
