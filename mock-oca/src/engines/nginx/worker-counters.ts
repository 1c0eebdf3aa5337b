import { readFileSync } from 'node:fs';

/** Bytes that each worker has written since it started, by the kernel's count: sendfile's too. */
export interface WorkerBytes {
  /** Undefined where the kernel does not tell. */
  read(masterPid: number): ReadonlyMap<number, number> | undefined;
}

export const procWorkerBytes: WorkerBytes = {
  read(masterPid) {
    try {
      const children = readFileSync(`/proc/${masterPid}/task/${masterPid}/children`, 'utf8');
      const pids = children.trim().split(/\s+/).filter(Boolean).map(Number);
      return new Map(pids.flatMap((pid) => [[pid, writtenBytes(pid)] as const]));
    } catch {
      return undefined;
    }
  },
};

function writtenBytes(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
}

/** What was written since the last look, by workers that come and go. */
export function bytesSince(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
  let bytes = 0;
  for (const [pid, written] of now) bytes += Math.max(0, written - (before.get(pid) ?? 0));
  return bytes;
}

/** Requests being answered, of stub_status; the one that asked is not counted. */
export function runningRequests(stubStatus: string): number {
  return Math.max(0, Number(/Writing: (\d+)/.exec(stubStatus)?.[1] ?? 1) - 1);
}
