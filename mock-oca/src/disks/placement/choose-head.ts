import type { FileEntry } from '../disk-store.ts';

/** What stays in memory: the most wanted files that fit, in their order; one that is too large keeps no smaller one out. */
export function chooseHead(mostWantedFirst: readonly FileEntry[], limitBytes: number): readonly FileEntry[] {
  let leftBytes = limitBytes;
  return mostWantedFirst.filter(({ sizeBytes }) => {
    if (sizeBytes > leftBytes) return false;
    leftBytes -= sizeBytes;
    return true;
  });
}
