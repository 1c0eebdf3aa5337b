/** Keeps a statement short, and far from what a database locks at once. */
const MOST_AT_ONCE = 200;

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

const inSameTurn = (): Promise<void> => Promise.resolve();

/**
 * Sends items together without making anybody wait for a clock: the first goes at once, and what comes while it is on
 * its way goes together when it is back. The busier it is, the larger the batches.
 */
export class Batcher<T, R> {
  readonly #send: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #gather: () => Promise<void>;
  #waiting: Waiting<T, R>[] = [];
  #isSending = false;

  /** `send` gives one result for each item, in their order. What is added until `gather` is done goes with the first. */
  constructor(send: (items: readonly T[]) => Promise<readonly R[]>, gather: () => Promise<void> = inSameTurn) {
    this.#send = send;
    this.#gather = gather;
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isSending) void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    await this.#gather();
    while (this.#waiting.length > 0) await this.#sendSome(this.#waiting.splice(0, MOST_AT_ONCE));
    this.#isSending = false;
  }

  async #sendSome(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#send(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error(`${results.length} results for ${batch.length} items.`);
      for (const [at, result] of results.entries()) batch[at]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
