/** All that a play keeps of ranges that were broken off. */
export const MAX_KEPT_BYTES: number = 2 * 1024 * 1024;

/** Which bytes are meant: a file by id and strong ETag, from `startByte` on. */
export interface KeptSubject {
  readonly fileId: string;
  readonly etag: string;
  readonly startByte: number;
}

export interface KeptChunk {
  readonly bytes: Uint8Array;
  readonly ocaId: string;
}

/** What is kept of one running range. */
export interface Keeping {
  /** What was there before, in order from its start on. */
  readonly before: readonly KeptChunk[];
  push(chunk: KeptChunk): void;
  /** The range is over: `isWanted` where it was broken off. */
  end(isWanted: boolean): void;
}

interface Kept extends KeptSubject {
  chunks: KeptChunk[];
  sizeBytes: number;
  isRunning: boolean;
  isFull: boolean;
}

/**
 * The beginnings of ranges that were broken off, so that one that is wanted again goes on where it stopped: seeking back
 * and forth asks for no byte twice. All together, those of running ranges included, hold `maxBytes` at most; what was
 * broken off first goes first.
 */
export class KeptBytes {
  readonly #maxBytes: number;
  /** Oldest first. */
  #entries: Kept[] = [];
  #totalBytes = 0;

  constructor(maxBytes: number = MAX_KEPT_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Begins to keep a range up to `endByte`. What an earlier one left of it is handed over in `before`. */
  begin(subject: KeptSubject, endByte: number): Keeping {
    const before = this.#take(subject, endByte);
    const entry: Kept = { ...subject, chunks: [], sizeBytes: 0, isRunning: true, isFull: false };
    this.#entries.push(entry);
    for (const chunk of before) this.#append(entry, chunk);
    return {
      before,
      push: (chunk) => this.#append(entry, chunk),
      end: (isWanted) => {
        entry.isRunning = false;
        if (!isWanted || entry.sizeBytes === 0) this.#remove(entry);
        // Only now: most ranges are completed, and copying costs.
        else entry.chunks = entry.chunks.map((chunk) => ({ ...chunk, bytes: withoutSlack(chunk.bytes) }));
      },
    };
  }

  /** Forgets what came from servers that are not trusted with the file: other bytes are wanted. */
  forget(isTrusted: (ocaId: string, fileId: string) => boolean): void {
    for (const entry of [...this.#entries]) {
      const isTainted = entry.chunks.some(({ ocaId }) => !isTrusted(ocaId, entry.fileId));
      if (isTainted && !entry.isRunning) this.#remove(entry);
    }
  }

  clear(): void {
    for (const entry of this.#entries) entry.isFull = true;
    this.#entries = [];
    this.#totalBytes = 0;
  }

  /** Takes out what reaches over the start of `subject`; what lies before it is let go. */
  #take({ fileId, etag, startByte }: KeptSubject, endByte: number): readonly KeptChunk[] {
    const found = this.#entries.find(
      (kept) =>
        !kept.isRunning &&
        kept.fileId === fileId &&
        kept.etag === etag &&
        kept.startByte <= startByte &&
        kept.startByte + kept.sizeBytes > startByte,
    );
    if (!found) return [];
    this.#remove(found);
    let at = found.startByte;
    return found.chunks.flatMap(({ bytes, ocaId }) => {
      const part = bytes.subarray(Math.max(0, startByte - at), Math.max(0, endByte - at));
      at += bytes.length;
      return part.length > 0 ? [{ bytes: part, ocaId }] : [];
    });
  }

  #append(entry: Kept, chunk: KeptChunk): void {
    entry.isFull ||= !this.#makeRoom(chunk.bytes.length);
    if (entry.isFull) return;
    entry.chunks.push(chunk);
    entry.sizeBytes += chunk.bytes.length;
    this.#totalBytes += chunk.bytes.length;
  }

  #makeRoom(bytes: number): boolean {
    while (this.#totalBytes + bytes > this.#maxBytes) {
      const oldest = this.#entries.find(({ isRunning }) => !isRunning);
      if (!oldest) return false;
      this.#remove(oldest);
    }
    return true;
  }

  #remove(entry: Kept): void {
    if (!this.#entries.includes(entry)) return;
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#totalBytes -= entry.sizeBytes;
  }
}

/** A small view would keep the whole memory that it lies in. */
function withoutSlack(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes;
}
