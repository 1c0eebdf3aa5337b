const REPLACEMENT = 0xfffd;
/** Arguments that `String.fromCharCode` takes at once everywhere. */
const CHUNK = 8192;

/** Decodes UTF-8 as `TextDecoder` does without `fatal`; old sets have none, and the core's compiler settings know none. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const plain = plainFrom(bytes, at);
    text += String.fromCharCode(...plain);
    at += plain.length;
    if (plain.length > 0) continue;
    const { point, length } = pointAt(bytes, at);
    text += String.fromCodePoint(point);
    at += length;
  }
  return text;
}

/** What is ASCII, many bytes at once: nearly all of an answer, on which a viewer waits. */
function plainFrom(bytes: Uint8Array, from: number): Uint8Array {
  const limit = Math.min(bytes.length, from + CHUNK);
  let end = from;
  while (end < limit && (bytes[end] ?? 0) < 0x80) end++;
  return bytes.subarray(from, end);
}

function pointAt(bytes: Uint8Array, at: number): { readonly point: number; readonly length: number } {
  const first = bytes[at] ?? 0;
  const size =
    first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  if (size === 0) return { point: REPLACEMENT, length: 1 };
  let point = first & (0x7f >> size);
  for (let i = 1; i < size; i++) {
    const next = bytes[at + i] ?? 0;
    if (!isContinuation(first, i, next)) return { point: REPLACEMENT, length: i };
    point = (point << 6) | (next & 0x3f);
  }
  return { point, length: size };
}

/** Continuation bytes, without overlong forms, surrogates and points beyond the last (Unicode, table 3-7). */
function isContinuation(first: number, index: number, next: number): boolean {
  if (index > 1) return next >= 0x80 && next <= 0xbf;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return next >= lowest && next <= highest;
}
