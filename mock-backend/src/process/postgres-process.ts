import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const SHUTDOWN_MS = 5000;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process id of the server that runs on a data folder, if one does. */
export async function serverOn(dataDir: string): Promise<number | undefined> {
  const text = await readFile(`${dataDir}/postmaster.pid`, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (!(pid > 1) || !isAlive(pid)) return undefined;
  return (await commandOf(pid)).includes(dataDir) ? pid : undefined;
}

/** Empty where the system does not tell: then the pid file alone is believed nowhere. */
async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'command=', '-p', String(pid)], (_error, stdout) => resolve(stdout));
  });
}

/** Shuts a server down: at once for its clients, in order for its data; harder when that takes too long. */
export const endServer = (pid: number): Promise<void> => signalUntilEnded(pid, ['SIGINT', 'SIGQUIT', 'SIGKILL']);

/**
 * Nothing is put in order: what was not committed is gone, and the next start recovers. PostgreSQL's own signal for that;
 * a SIGKILL would leave the processes of its connections behind, which go on answering.
 */
export const crashServer = (pid: number): Promise<void> => signalUntilEnded(pid, ['SIGQUIT', 'SIGKILL']);

async function signalUntilEnded(pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await endedWithin(pid, SHUTDOWN_MS)) return;
  }
}

export async function endedWithin(pid: number, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= limitMs; waitedMs += 20) {
    if (!isAlive(pid)) return true;
    await sleep(20);
  }
  return false;
}
