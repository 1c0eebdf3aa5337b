import { DiskError, type DiskStore, type FileEntry, type FileWriter, type OpenFile } from './disk-store.ts';

/** A store in memory: for simulations and unit tests. `capacityBytes` makes it run full. */
export class MemoryDiskStore implements DiskStore {
  readonly #files = new Map<string, { readonly entry: FileEntry; readonly bytes: Uint8Array }>();
  readonly #capacityBytes: number;
  #usedBytes = 0;

  constructor(options: { readonly capacityBytes?: number } = {}) {
    this.#capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
  }

  get(fileId: string): FileEntry | undefined {
    return this.#files.get(fileId)?.entry;
  }

  list(): readonly FileEntry[] {
    return [...this.#files.values()].map((file) => file.entry);
  }

  async open(fileId: string): Promise<OpenFile> {
    const bytes = this.#files.get(fileId)?.bytes;
    if (!bytes) throw new DiskError('missing', `File ${fileId} is not in the store.`);
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
    const chunks: Uint8Array[] = [];
    let heldBytes = 0;
    const forget = (): void => {
      this.#usedBytes -= heldBytes;
      heldBytes = 0;
      chunks.length = 0;
    };
    return {
      append: async (bytes) => {
        if (this.#usedBytes + bytes.length > this.#capacityBytes)
          throw new DiskError('full', 'The memory store is full.');
        chunks.push(bytes.slice());
        heldBytes += bytes.length;
        this.#usedBytes += bytes.length;
      },
      commit: async () => {
        if (heldBytes !== file.sizeBytes) {
          const message = `File ${file.fileId} has ${heldBytes} bytes instead of ${file.sizeBytes}.`;
          forget();
          throw new DiskError('wrong-size', message);
        }
        await this.remove(file.fileId);
        this.#files.set(file.fileId, { entry: file, bytes: joined(chunks, heldBytes) });
        heldBytes = 0;
      },
      abort: async () => forget(),
    };
  }

  async remove(fileId: string): Promise<void> {
    this.#usedBytes -= this.#files.get(fileId)?.bytes.length ?? 0;
    this.#files.delete(fileId);
  }
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
