import type { WorkerThread } from './worker-thread.ts';

const LOOK_MS = 500;

/**
 * Of the processors that the workers can use, how much they do. Whichever says less counts, as for one thread: the
 * processor time of the process, or how long their loops were not idle, which is much on a machine that others keep busy.
 */
export class PoolVitals {
  #atMs = performance.now();
  #usage = process.cpuUsage();
  #loops = new Map<WorkerThread, WorkerThread['loopUtilization']>();
  #share = 0;

  look(threads: readonly WorkerThread[], cores: number): number {
    const passedMs = performance.now() - this.#atMs;
    if (passedMs < LOOK_MS || threads.length === 0) return this.#share;
    const used = process.cpuUsage(this.#usage);
    const processorShare = (used.user + used.system) / 1000 / passedMs / Math.min(threads.length, cores);
    const loops = threads.map((thread) => {
      const before = this.#loops.get(thread);
      return before ? thread.loopShareSince(before) : 0;
    });
    const loopShare = loops.reduce((sum, share) => sum + share, 0) / threads.length;
    this.#share = Math.min(processorShare, loopShare);
    this.#atMs = performance.now();
    this.#usage = process.cpuUsage();
    this.#loops = new Map(threads.map((thread) => [thread, thread.loopUtilization]));
    return this.#share;
  }
}
