import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Its standard input is a pipe from the supervisor: when the supervisor ends, however it does, the pipe closes and
 * PostgreSQL (which is no Node child) is told to shut down; after five seconds it is told so harder. A line `done`
 * means that PostgreSQL was stopped in order. Plain text, since it must run from the sources and from a bundle alike.
 */
const WATCHDOG = `
const pid = Number(process.argv[1]);
let done = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
const tell = (signal) => { try { process.kill(pid, signal); return true; } catch { return false; } };
process.stdin.on('data', () => { done = true; });
process.stdin.on('error', () => {});
process.stdin.on('close', () => {
  if (done || !tell('SIGINT')) process.exit(0);
  setTimeout(() => tell('SIGQUIT'), 5000);
  setInterval(() => { if (!tell(0)) process.exit(0); }, 50);
});
process.stdin.resume();
`;

export interface Watchdog {
  /** PostgreSQL has ended: the watchdog may go. */
  dismiss(): void;
}

/** Ends the process `pid` when this process ends. */
export function startWatchdog(pid: number): Watchdog {
  const watchdog: ChildProcess = spawn(process.execPath, ['-e', WATCHDOG.replaceAll('\n', ' '), String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  watchdog.unref();
  const pipe = watchdog.stdin;
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  pipe?.on('error', () => {});
  return { dismiss: () => void pipe?.end('done\n') };
}
