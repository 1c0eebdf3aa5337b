import type { DiskReport, DiskStore, FileEntry, FileWriter, OpenFile } from '../../disks/disk-store.ts';

/** A store in folders, which can say where a file lies. */
export interface FolderStore extends Required<DiskStore> {
  folderOf(fileId: string): string | undefined;
}

/** The same store, telling a second listener whenever a file comes or goes. */
export class WatchedDisks implements FolderStore {
  readonly #store: FolderStore;
  #filesChanged: () => void = () => {};

  constructor(store: FolderStore) {
    this.#store = store;
    this.onChange(() => {});
  }

  /** Also of changes that somebody asked for. */
  onFilesChanged(listener: () => void): void {
    this.#filesChanged = listener;
  }

  get(fileId: string): FileEntry | undefined {
    return this.#store.get(fileId);
  }

  list(): readonly FileEntry[] {
    return this.#store.list();
  }

  folderOf(fileId: string): string | undefined {
    return this.#store.folderOf(fileId);
  }

  open(fileId: string): Promise<OpenFile> {
    return this.#store.open(fileId);
  }

  openNow(fileId: string): OpenFile | undefined {
    return this.#store.openNow(fileId);
  }

  async write(file: FileEntry): Promise<FileWriter> {
    const writer = await this.#store.write(file);
    return {
      append: (bytes) => writer.append(bytes),
      abort: () => writer.abort(),
      commit: async () => {
        await writer.commit();
        this.#filesChanged();
      },
    };
  }

  async remove(fileId: string): Promise<void> {
    await this.#store.remove(fileId).finally(() => this.#filesChanged());
  }

  rank(fileIds: readonly string[]): void {
    this.#store.rank(fileIds);
  }

  disks(): readonly DiskReport[] {
    return this.#store.disks();
  }

  tend(): Promise<void> {
    return this.#store.tend();
  }

  onChange(listener: () => void): void {
    this.#store.onChange(() => {
      this.#filesChanged();
      listener();
    });
  }
}
