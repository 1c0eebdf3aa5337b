/** Which disk a file belongs on: rendezvous hashing, so that a disk more or less moves only its own share. */
export function chooseDisk(fileId: string, disks: readonly string[]): string | undefined {
  let best: { readonly disk: string; readonly weight: number } | undefined;
  for (const disk of disks) {
    const weight = hash(`${fileId}@${disk}`);
    if (!best || weight > best.weight) best = { disk, weight };
  }
  return best?.disk;
}

/** FNV-1a, then a final mix: neighbours in the last letters must land far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
