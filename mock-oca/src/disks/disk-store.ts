/** A file that an OCA holds, complete and verified. */
export interface FileEntry {
  readonly fileId: string;
  readonly titleId: string;
  readonly sizeBytes: number;
  /** In hex, of the whole file. */
  readonly sha256: string;
  /** What players are told it is; `video/mp4` where absent. */
  readonly contentType?: string;
}

/** A file open for reading. It stays readable when the file is removed meanwhile. */
export interface OpenFile {
  /** Reads into `target` from `position`; resolves with the bytes read, 0 at the end. Rejects with `DiskError`. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** The bytes themselves, shared: of a file in memory. Empty at the end. Nobody may change them. */
  view?(position: number, maxBytes: number): Uint8Array;
  /** For who lets the kernel send the file without reading it. */
  readonly kernel?: KernelFile | undefined;
  /** Idempotent. */
  close(): void;
}

export interface KernelFile {
  readonly fd: number;
  /** Whether sending these bytes waits for no disk. Returns at once. */
  inMemory(position: number, bytes: number): boolean;
  /** Brings them into memory, when it is their turn. Rejects with `DiskError`. */
  bring(position: number, bytes: number): Promise<void>;
}

/** A file being written. Nobody sees it before `commit` resolves. */
export interface FileWriter {
  /** The bytes may be reused once it resolves. Rejects with `DiskError`. */
  append(bytes: Uint8Array): Promise<void>;
  /** Makes the file part of the store, durably. Rejects, and keeps nothing, when the size is not the one announced. */
  commit(): Promise<void>;
  /** Forgets everything. Idempotent, and without effect after `commit`. */
  abort(): Promise<void>;
}

/** Where an OCA keeps its files. The index is in memory: `get` and `list` cost nothing. */
export interface DiskStore {
  get(fileId: string): FileEntry | undefined;
  list(): readonly FileEntry[];
  open(fileId: string): Promise<OpenFile>;
  /** As `open`, where the file can be had without waiting: it is open already, or in memory. Undefined else. */
  openNow?(fileId: string): OpenFile | undefined;
  write(file: FileEntry): Promise<FileWriter>;
  remove(fileId: string): Promise<void>;
  /** What is wanted here, the most wanted first: decides where new files go and which ones stay in memory. */
  rank?(fileIds: readonly string[]): void;
  /** How the disks are, for stores that have some. */
  disks?(): readonly DiskReport[];
  /** One round of looking after the disks: which hang, which are gone, which are back. Never rejects. */
  tend?(): Promise<void>;
  /** Files came or went without anybody having asked for it. */
  onChange?(listener: () => void): void;
}

export interface DiskReport {
  readonly disk: string;
  readonly state: 'serving' | 'verifying' | 'out';
  readonly reason: string;
  readonly files: number;
  /** How long a read waits for the disk now. */
  readonly delayMs: number;
}

export type DiskErrorKind = 'missing' | 'full' | 'io' | 'wrong-size' | 'no-disk';

export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly kind: DiskErrorKind;

  constructor(kind: DiskErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export function isDiskError(error: unknown): error is DiskError {
  return error instanceof DiskError;
}

/** Writes a whole file from memory. */
export async function writeFile(disks: DiskStore, file: FileEntry, bytes: Uint8Array): Promise<void> {
  const writer = await disks.write(file);
  try {
    await writer.append(bytes);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
