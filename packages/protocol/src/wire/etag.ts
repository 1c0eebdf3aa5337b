/**
 * The modification time, in whole seconds since 1970, that every OCA gives a file: 31 bits of its content hash.
 * nginx builds its own ETag from it, so that the tag is equal on every OCA. Never 0, which some tools take for "unset".
 */
export function mtimeSecondsOf(fileId: string): number {
  return Number.parseInt(fileId.slice(0, 8), 16) & 0x7fffffff || 1;
}

/** The strong ETag of a file, in the form nginx gives it: `"mtimeHex-sizeHex"`. */
export function etagOf(fileId: string, sizeBytes: number): string {
  return `"${mtimeSecondsOf(fileId).toString(16)}-${sizeBytes.toString(16)}"`;
}
