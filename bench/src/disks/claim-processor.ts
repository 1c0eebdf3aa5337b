import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

const PRIORITY = -15;
const GROUP = '/proc/self/autogroup';

/**
 * What is started from here on comes before others: the disk is measured, not who else wants the processor. Returns a
 * function that gives it back.
 */
export function claimProcessor(): () => void {
  const before = getPriority();
  const groupBefore = groupPriority();
  setPriority(PRIORITY);
  // Where the kernel groups processes by session, a priority counts within its group alone.
  if (groupBefore !== undefined) writeFileSync(GROUP, String(PRIORITY));
  return () => {
    setPriority(before);
    if (groupBefore !== undefined) writeFileSync(GROUP, groupBefore);
  };
}

function groupPriority(): string | undefined {
  try {
    return / nice (-?\d+)/.exec(readFileSync(GROUP, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
