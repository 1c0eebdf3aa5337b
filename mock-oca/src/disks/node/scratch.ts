/** Memory to read into where only the kernel's copy is wanted. Used again and again. */
export class Scratch {
  readonly #sizeBytes: number;
  readonly #idle: Uint8Array[] = [];

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  async use<T>(work: (bytes: Uint8Array) => Promise<T>): Promise<T> {
    const bytes = this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.#sizeBytes);
    try {
      return await work(bytes);
    } finally {
      this.#idle.push(bytes);
    }
  }
}
