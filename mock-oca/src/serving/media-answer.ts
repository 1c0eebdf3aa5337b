import type { OpenFile } from '../disks/disk-store.ts';
import { type ChunkReader, type ChunkReaderFactory, ConnectionCut, type Exchange } from './exchange.ts';
import type { MediaService } from './media-service.ts';
import type { RequestHead } from './plan-response.ts';
import type { ServePlan } from './serve-plan.ts';

const CHUNK_BYTES = 64 * 1024;

export interface MediaAnswerOptions {
  /** The file's own memory where absent: for readers that change nothing. */
  readonly readerOf?: ChunkReaderFactory;
  /** The most that one chunk holds; 64 KiB where absent. */
  readonly chunkBytes?: number;
}

/**
 * Performs a plan for a reader in the same process: first `plan`, then chunk by chunk. A reset rejects, `plan` or
 * `read`, whichever is waited for; a stall is a promise that does not settle.
 */
export class MediaAnswer {
  /** How it is answered, once the head may go out. */
  readonly plan: Promise<ServePlan>;
  readonly #exchange: Exchange;
  /** Of an answer that is no file. */
  #text: Uint8Array | undefined;
  #cancelled = false;

  constructor(media: MediaService, head: RequestHead, options: MediaAnswerOptions = {}) {
    const { readerOf = sharedChunks, chunkBytes = CHUNK_BYTES } = options;
    this.#exchange = media.open(head, chunkBytes);
    this.plan = this.#begin(readerOf);
    this.plan.catch(() => {});
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** The next bytes of the body; undefined at its end, or once cancelled. */
  async read(): Promise<Uint8Array | undefined> {
    const text = this.#text;
    this.#text = undefined;
    if (text) return text;
    try {
      const chunk = await this.#exchange.next();
      if (!chunk) this.#exchange.end('complete');
      return chunk;
    } catch (error) {
      this.#exchange.end(outcomeOf(error));
      throw error;
    }
  }

  /** The client is gone. Lets go of everything at once. Idempotent. */
  cancel(): void {
    this.#cancelled = true;
    this.#text = undefined;
    this.#exchange.end('client-closed');
  }

  /** For who may not be reading when the connection breaks. */
  onCut(listener: (cut: ConnectionCut) => void): void {
    this.#exchange.onCut((cut) => {
      this.#exchange.end(cut.outcome);
      listener(cut);
    });
  }

  async #begin(readerOf: ChunkReaderFactory): Promise<ServePlan> {
    try {
      const plan = await this.#exchange.begin(readerOf);
      if (plan.body.kind === 'text') this.#text = new TextEncoder().encode(plan.body.text);
      if (plan.body.kind !== 'file') this.#exchange.end('complete');
      return plan;
    } catch (error) {
      this.#exchange.end(outcomeOf(error));
      throw error;
    }
  }
}

function outcomeOf(error: unknown): ConnectionCut['outcome'] {
  return error instanceof ConnectionCut ? error.outcome : 'reset';
}

/** For a reader that keeps or changes its chunks: each is a new one. */
export function freshChunks(file: OpenFile): ChunkReader {
  return {
    async read(position, maxBytes) {
      const chunk = new Uint8Array(maxBytes);
      const bytes = await file.read(chunk, position);
      if (bytes === 0) throw new Error('The file ended before its range.');
      return bytes === maxBytes ? chunk : chunk.subarray(0, bytes);
    },
    release() {},
  };
}

/** The file's own memory, where a store has it: for readers that change nothing. */
export function sharedChunks(file: OpenFile): ChunkReader {
  const { view } = file;
  if (!view) return freshChunks(file);
  const readNow = (position: number, maxBytes: number): Uint8Array => {
    const chunk = view(position, maxBytes);
    if (chunk.length === 0) throw new Error('The file ended before its range.');
    return chunk;
  };
  return { readNow, read: async (position, maxBytes) => readNow(position, maxBytes), release() {} };
}
