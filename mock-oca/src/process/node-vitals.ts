import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Vitals } from '../health/machine-watch.ts';

/** What a process may take where nobody has said how much: more is taken for a leak before the machine swaps. */
const MEMORY_SHARE = 0.8;

/**
 * This process, since it was asked last. One thread serves: whichever says less is its share of a core, the processor
 * time of all threads or the time that its loop was not idle. On a machine that others keep busy the latter is high
 * though there is little to do.
 */
export function nodeVitals(memoryLimitBytes?: number): () => Vitals {
  const limitBytes = memoryLimitBytes ?? MEMORY_SHARE * Math.min(totalmem(), constrainedBytes());
  let usage = process.cpuUsage();
  let utilization = performance.eventLoopUtilization();
  let atMs = performance.now();
  return () => {
    const nowMs = performance.now();
    const used = process.cpuUsage(usage);
    const { utilization: loopShare } = performance.eventLoopUtilization(utilization);
    const processorShare = (used.user + used.system) / 1000 / Math.max(1, nowMs - atMs);
    usage = process.cpuUsage();
    utilization = performance.eventLoopUtilization();
    atMs = nowMs;
    return {
      processorShare: Math.min(processorShare, loopShare),
      memoryShare: process.memoryUsage.rss() / limitBytes,
    };
  };
}

/** Of the control group; without one node says 0 or a number that no machine has. */
function constrainedBytes(): number {
  const bytes = process.constrainedMemory();
  return bytes > 0 ? bytes : Number.POSITIVE_INFINITY;
}
