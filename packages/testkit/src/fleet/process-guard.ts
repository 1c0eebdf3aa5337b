import { readFileSync } from 'node:fs';

export interface Ancestors {
  readonly parent: number;
  /** The parent's parent, where the parent is the shell that npm puts between. */
  readonly grandparent?: number;
}

export interface GuardOptions {
  /** Ends everything that was started. Called once. */
  readonly end: (reason: string) => Promise<void>;
  /** Called when everything has ended, or at once when a second signal insists. */
  readonly exit: (code: number) => void;
  readonly nowMs?: () => number;
  readonly ancestors?: () => Ancestors;
  readonly pollMs?: number;
}

/** One Ctrl-C reaches a process several times: from the terminal and from npm. Later than this it is a second one. */
const SAME_PRESS_MS = 500;

/**
 * Ends the work on SIGINT, SIGTERM and SIGHUP, and when the parent is gone: npm dies of SIGTERM and leaves its node behind,
 * and a killed terminal tells nobody. Returns a function that lifts the guard.
 */
export function guardProcess(options: GuardOptions): () => void {
  const { end, exit, nowMs = Date.now, ancestors = readAncestors, pollMs = 250 } = options;
  let endingSinceMs: number | undefined;
  const finish = (reason: string) => {
    if (endingSinceMs !== undefined) {
      if (nowMs() - endingSinceMs > SAME_PRESS_MS) exit(1);
      return;
    }
    endingSinceMs = nowMs();
    end(reason).then(
      () => exit(0),
      () => exit(1),
    );
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, finish);
  const atStart = ancestors();
  const timer = setInterval(() => {
    if (!parentChanged(atStart, ancestors())) return;
    clearInterval(timer);
    finish('parent gone');
  }, pollMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    for (const signal of signals) process.off(signal, finish);
  };
}

export function parentChanged(atStart: Ancestors, now: Ancestors): boolean {
  if (now.parent !== atStart.parent) return true;
  return atStart.grandparent !== undefined && now.grandparent !== atStart.grandparent;
}

/** Under npm a shell lies between npm and node: when npm is killed, only the shell's parent changes. */
export function readAncestors(): Ancestors {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return { parent };
  const grandparent = parentOfShell(parent);
  return grandparent === undefined ? { parent } : { parent, grandparent };
}

function parentOfShell(pid: number): number | undefined {
  try {
    const match = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return match && /^(ba|da|z|k)?sh$/.test(match[1] ?? '') ? Number(match[2]) : undefined;
  } catch {
    return undefined;
  }
}
