import type { Native } from '../../native/native.ts';
import type { Residency } from '../queue/queued-reads.ts';

const BLOCK_BYTES = 1024 * 1024;
/** Asking costs 14 us a MiB, and the kernel does not drop in such a time what is being asked for. */
const BELIEVED_FOR_MS = 1000;

interface CheckedFile {
  readonly fd: number;
  readonly sizeBytes: number;
}

/** Asks the kernel what of a file lies in its page cache, and believes a good answer for a second. */
export class CheckedResidency<F extends CheckedFile> implements Residency<F> {
  readonly #isResident: NonNullable<Native['isResident']>;
  readonly #nowMs: () => number;
  /** Of each MiB of a file: until when it is believed to be there. */
  readonly #believedUntilMs = new WeakMap<F, Float64Array>();

  constructor(isResident: NonNullable<Native['isResident']>, nowMs: () => number) {
    this.#isResident = isResident;
    this.#nowMs = nowMs;
  }

  has(file: F, startByte: number, endByte: number): boolean {
    const nowMs = this.#nowMs();
    const believed = this.#beliefs(file);
    for (let block = Math.floor(startByte / BLOCK_BYTES); block * BLOCK_BYTES < endByte; block++) {
      if ((believed[block] ?? 0) > nowMs) continue;
      const from = block * BLOCK_BYTES;
      const bytes = Math.min(BLOCK_BYTES, file.sizeBytes - from);
      if (this.#isResident(file.fd, from, bytes)) {
        believed[block] = nowMs + BELIEVED_FOR_MS;
        continue;
      }
      const first = Math.max(from, startByte);
      if (!this.#isResident(file.fd, first, Math.min(endByte, from + bytes) - first)) return false;
    }
    return true;
  }

  /** The next question is put to the kernel: what was brought may be gone by the time it is wanted. */
  add(): void {}

  #beliefs(file: F): Float64Array {
    let believed = this.#believedUntilMs.get(file);
    if (!believed) {
      believed = new Float64Array(Math.ceil(file.sizeBytes / BLOCK_BYTES));
      this.#believedUntilMs.set(file, believed);
    }
    return believed;
  }
}
