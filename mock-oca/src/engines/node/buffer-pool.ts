/** For what is sent through node between two goes of the kernel. */
const PLUG_BYTES = 16 * 1024;
const SMALL_BYTES = 256 * 1024;
const LARGE_BYTES = 1024 * 1024;
/** From so many buffers in use on, all new ones are small: many viewers share the memory. */
const LARGE_WHILE_IN_USE_BELOW = 16;
const MAX_IDLE = 16;

/** Buffers to read into, used again and again. */
export class BufferPool {
  readonly #idle: Record<number, Buffer[]> = { [PLUG_BYTES]: [], [SMALL_BYTES]: [], [LARGE_BYTES]: [] };
  #inUse = 0;

  take(wantedBytes: number): Buffer {
    const sizeBytes = this.#sizeFor(wantedBytes);
    this.#inUse += 1;
    return this.#idle[sizeBytes]?.pop() ?? Buffer.allocUnsafeSlow(sizeBytes);
  }

  give(buffer: Buffer): void {
    this.#inUse -= 1;
    const idle = this.#idle[buffer.length];
    if (idle && idle.length < MAX_IDLE) idle.push(buffer);
  }

  #sizeFor(wantedBytes: number): number {
    if (wantedBytes <= PLUG_BYTES) return PLUG_BYTES;
    return wantedBytes > SMALL_BYTES && this.#inUse < LARGE_WHILE_IN_USE_BELOW ? LARGE_BYTES : SMALL_BYTES;
  }
}
