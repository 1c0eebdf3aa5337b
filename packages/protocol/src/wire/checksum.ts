/**
 * FNV-1a, 32 bits: tells whether bytes were changed on the way; any single changed byte changes it. No protection against
 * intent: that is TLS's, and the content hash's while OCAs fill.
 */
export function checksumOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
