import type { MachineSample } from './judge-health.ts';

/** What the host says of itself since it was asked last. */
export interface Vitals {
  readonly processorShare: number;
  readonly memoryShare: number;
}

/** So far back the mean reaches: a burst of work is no overload. */
const MEMORY_MS = 5000;

/** Means of what the machine says, and how late its timers come. */
export class MachineWatch {
  #mean: MachineSample = { processorShare: 0, lateMs: 0, memoryShare: 0 };

  get mean(): MachineSample {
    return this.#mean;
  }

  /** `lateMs` is how much later than after `passedMs` this is called. */
  look({ processorShare, memoryShare }: Vitals, passedMs: number, lateMs: number): void {
    // Not by how late it is: one long stop, as of a machine that others use, is not yet an overload.
    const weight = 1 - Math.exp(-passedMs / MEMORY_MS);
    const mean = (before: number, now: number): number => before + weight * (now - before);
    this.#mean = {
      processorShare: mean(this.#mean.processorShare, processorShare),
      lateMs: mean(this.#mean.lateMs, Math.max(0, lateMs)),
      // It does not come and go.
      memoryShare,
    };
  }
}
