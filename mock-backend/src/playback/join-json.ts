const encoder = new TextEncoder();
/** Answers are pieces of larger memory: one of their own for each costs more than to fill it. A slow reader keeps as much. */
const SLAB_BYTES = 128 * 1024;
const UTF8_BYTES_A_CHARACTER = 3;

let slab = new Uint8Array(0);
let used = 0;

/** Texts and bytes that are UTF-8 already, one after the other: the bytes are copied, not read. */
export function joinJson(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  let mostBytes = 0;
  for (const part of parts)
    mostBytes += typeof part === 'string' ? part.length * UTF8_BYTES_A_CHARACTER : part.byteLength;
  if (used + mostBytes > slab.length) {
    slab = new Uint8Array(Math.max(SLAB_BYTES, mostBytes));
    used = 0;
  }
  const start = used;
  for (const part of parts) {
    if (typeof part === 'string') used += encoder.encodeInto(part, slab.subarray(used)).written;
    else {
      slab.set(part, used);
      used += part.byteLength;
    }
  }
  return slab.subarray(start, used);
}
