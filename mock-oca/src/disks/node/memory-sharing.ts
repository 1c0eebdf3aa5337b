/** For a store whose files other threads of the process serve, too. */
export interface MemorySharing {
  /** A part of a file is being read from its disk. Returns a function to be called when it no longer is. */
  mark(path: string, startByte: number, endByte: number): () => void;
  /** What is pinned from now on, in memory that all threads see. */
  pinned(files: ReadonlyMap<string, Uint8Array>): void;
}
