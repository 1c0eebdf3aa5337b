/** After so much a response lets others have their turn. */
const TURN_BYTES = 1024 * 1024;

/** Keeps a client that takes everything at once from being the only one served. */
export class Turn {
  #bytes = 0;

  /** Whether it is, by so many bytes more. */
  isOver(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes >= TURN_BYTES;
  }

  async ofOthers(): Promise<void> {
    this.#bytes = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
