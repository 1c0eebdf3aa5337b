import type { CatalogTitle } from '@pressplay/protocol/messages';

/** What `put` takes: the path of a file on this machine, or its bytes. */
export type OriginSource = string | AsyncIterable<Uint8Array>;

export interface StoredFile {
  /** Of the whole file, also when it is read from a later byte on. */
  readonly sizeBytes: number;
  readonly stream: ReadableStream<Uint8Array>;
}

/** Object storage for encoded files and their titles. Files are named by their content: a name never changes its bytes. */
export interface Origin {
  /** Stores a file whose SHA-256 begins with `fileId`; a reader never sees half of one. Throws `OriginError`. */
  put(source: OriginSource, fileId: string): Promise<void>;
  /** The file from `fromByte` (default 0) to its end; undefined where it is not stored. */
  read(fileId: string, fromByte?: number): Promise<StoredFile | undefined>;
  has(fileId: string): Promise<boolean>;
  /** Stores a title, replacing what has the same id. */
  putTitle(title: CatalogTitle): Promise<void>;
  /** Every title, by id. */
  listTitles(): Promise<CatalogTitle[]>;
}
