const encoder = new TextEncoder();

/** Texts and bytes that are UTF-8 already, one after the other: the bytes are copied, not read. */
export function joinJson(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoded = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const joined = new Uint8Array(encoded.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const bytes of encoded) {
    joined.set(bytes, at);
    at += bytes.byteLength;
  }
  return joined;
}
