import { readdirSync, readFileSync } from 'node:fs';

export interface TreeUsage {
  /** Of all threads that live, by the scheduler's own count. */
  readonly cpuMs: number;
  /** What these processes hold alone, and their share of what they hold together. */
  readonly residentBytes: number;
}

/** Processor time and memory of a process and all below it. */
export function treeUsage(rootPid: number): TreeUsage {
  const pids = treeOf(rootPid);
  return {
    cpuMs: pids.reduce((sum, pid) => sum + cpuNsOf(pid), 0) / 1e6,
    residentBytes: pids.reduce((sum, pid) => sum + residentBytesOf(pid), 0),
  };
}

export function cpuMsOf(rootPid: number): number {
  return treeOf(rootPid).reduce((sum, pid) => sum + cpuNsOf(pid), 0) / 1e6;
}

function treeOf(pid: number): readonly number[] {
  const children = listOr([], () =>
    readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    ),
  );
  return [pid, ...children.flatMap(treeOf)];
}

function cpuNsOf(pid: number): number {
  const threads = listOr([], () => readdirSync(`/proc/${pid}/task`));
  return threads.reduce((sum, thread) => {
    const [ns = '0'] = listOr(['0'], () => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' '));
    return sum + Number(ns);
  }, 0);
}

function residentBytesOf(pid: number): number {
  const text = listOr('', () => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
}

/** A process or thread may end while it is looked at. */
function listOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
