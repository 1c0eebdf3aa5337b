import { readFileSync } from 'node:fs';

/** What each worker has done since it started, by the kernel's count. */
export interface WorkerCount {
  /** Written, sendfile's too. */
  readonly bytes: number;
  readonly processorMs: number;
}

export interface WorkerCounts {
  /** Undefined where the kernel does not tell. */
  read(masterPid: number): ReadonlyMap<number, WorkerCount> | undefined;
}

export const procWorkerCounts: WorkerCounts = {
  read(masterPid) {
    try {
      const children = readFileSync(`/proc/${masterPid}/task/${masterPid}/children`, 'utf8');
      const pids = children.trim().split(/\s+/).filter(Boolean).map(Number);
      return new Map(
        pids.flatMap((pid) => [[pid, { bytes: writtenBytes(pid), processorMs: processorMs(pid) }] as const]),
      );
    } catch {
      return undefined;
    }
  },
};

function writtenBytes(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
}

/** By the scheduler, in nanoseconds; 0 where it does not count. */
function processorMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

/** What was done since the last look, by workers that come and go. */
export function doneSince(
  before: ReadonlyMap<number, WorkerCount>,
  now: ReadonlyMap<number, WorkerCount>,
): WorkerCount {
  let bytes = 0;
  let spentMs = 0;
  for (const [pid, count] of now) {
    bytes += Math.max(0, count.bytes - (before.get(pid)?.bytes ?? 0));
    spentMs += Math.max(0, count.processorMs - (before.get(pid)?.processorMs ?? 0));
  }
  return { bytes, processorMs: spentMs };
}

/** Requests being answered, of stub_status; the one that asked is not counted. */
export function runningRequests(stubStatus: string): number {
  return Math.max(0, Number(/Writing: (\d+)/.exec(stubStatus)?.[1] ?? 1) - 1);
}

/** Requests begun since nginx started, of stub_status. */
export function begunRequests(stubStatus: string): number {
  return Number(/requests\s+\d+ \d+ (\d+)/.exec(stubStatus)?.[1] ?? 0);
}
