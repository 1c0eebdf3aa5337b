import type { FolderStore } from '../../nginx/watched-disks.ts';
import type { PlacedFile } from './messages.ts';

export interface Change {
  readonly came: readonly PlacedFile[];
  readonly gone: readonly string[];
}

/** Which files came and went since it was asked last. */
export class FileNews {
  readonly #disks: Pick<FolderStore, 'list' | 'folderOf'>;
  #told: ReadonlyMap<string, PlacedFile>;

  constructor(disks: Pick<FolderStore, 'list' | 'folderOf'>) {
    this.#disks = disks;
    this.#told = this.#byId();
  }

  all(): readonly PlacedFile[] {
    return this.#disks.list().flatMap((entry) => {
      const folder = this.#disks.folderOf(entry.fileId);
      return folder === undefined ? [] : [{ entry, folder }];
    });
  }

  since(): Change {
    const now = this.#byId();
    const came = [...now.values()].filter(({ entry, folder }) => {
      const told = this.#told.get(entry.fileId);
      return told?.entry !== entry || told.folder !== folder;
    });
    const gone = [...this.#told.keys()].filter((fileId) => !now.has(fileId));
    this.#told = now;
    return { came, gone };
  }

  #byId(): ReadonlyMap<string, PlacedFile> {
    return new Map(this.all().map((placed) => [placed.entry.fileId, placed]));
  }
}
