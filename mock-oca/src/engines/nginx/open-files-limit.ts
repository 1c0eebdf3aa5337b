import { readFileSync } from 'node:fs';

/** How many files a process may have open at most, as far as the system tells: asking for more only fails. */
export function openFilesLimit(): number | undefined {
  try {
    const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return hard === undefined ? undefined : Number(hard);
  } catch {
    return undefined;
  }
}
