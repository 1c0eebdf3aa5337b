import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const LOOK_MS = 5;
const WITHIN_MS = 2000;

/** Ends what is left of a process group. */
export function killGroup(groupId: number): void {
  try {
    process.kill(-groupId, 'SIGKILL');
  } catch {
    // Nobody is left of it.
  }
}

/** Ends an nginx that an agent which was killed has left in this folder, workers without a master too. */
export async function endStaleNginx(folder: string): Promise<void> {
  const groupId = pidOf(folder);
  if (groupId === undefined) return;
  for (const endMs = Date.now() + WITHIN_MS; isNginxGroup(groupId) && Date.now() < endMs; ) {
    killGroup(groupId);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  rmSync(join(folder, 'nginx.pid'), { force: true });
}

function pidOf(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, 'nginx.pid'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** A process id may have been given to somebody else meanwhile. */
function isNginxGroup(groupId: number): boolean {
  return processIds().some((pid) => {
    try {
      const [, name, rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      const [state, , group] = rest.split(' ');
      return name === 'nginx' && Number(group) === groupId && state !== 'Z';
    } catch {
      return false;
    }
  });
}

function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
