import { DiskQueue, type DiskQueuePorts } from './disk-queue.ts';
import { readWindow } from './read-window.ts';

/** What of the disk's files lies in memory. */
export interface Residency<F> {
  /** Must return at once. True means that reading it waits for no disk. */
  has(file: F, startByte: number, endByte: number): boolean;
  /** The disk has just given this part. */
  add(file: F, startByte: number, endByte: number): void;
}

/** The reads of one disk, past its queue where memory has them: what is in memory never waits for the disk. */
export class QueuedReads<F extends { readonly sizeBytes: number }> {
  readonly queue: DiskQueue<F>;
  readonly #residency: Residency<F>;

  constructor(ports: DiskQueuePorts<F>, residency: Residency<F>, readsAtOnce?: number) {
    const load: DiskQueuePorts<F>['load'] = async (file, startByte, endByte) => {
      await ports.load(file, startByte, endByte);
      residency.add(file, startByte, endByte);
    };
    this.queue = new DiskQueue({ ...ports, load }, readsAtOnce);
    this.#residency = residency;
  }

  /** Whether the bytes can be had without the disk. Returns at once. */
  inMemory(file: F, position: number, bytes: number): boolean {
    const endByte = Math.min(position + bytes, file.sizeBytes);
    return !this.queue.isReading(file, position, endByte) && this.#residency.has(file, position, endByte);
  }

  /** Resolves when the bytes lie in memory. Rejects with `DiskError`. */
  async bring(file: F, position: number, bytes: number, background = false): Promise<void> {
    const endByte = Math.min(position + bytes, file.sizeBytes);
    const { startByte, endByte: aheadToByte } = readWindow(position, bytes, file.sizeBytes);
    await this.queue.read(file, { startByte, endByte, aheadToByte: Math.max(aheadToByte, endByte), background });
  }
}
