/** Where a region keeps the index files of long films, and what making them needs. */
export interface IndexShelf {
  /** What a text weighs compressed. */
  gzippedBytes(text: Uint8Array): Promise<number>;
  sha256Hex(bytes: Uint8Array): string;
  /** Into the origin, under the name that follows from its content. */
  put(fileId: string, bytes: Uint8Array): Promise<void>;
  /** Out of the origin; undefined where it is not there. */
  read(fileId: string): Promise<Uint8Array | undefined>;
}
