const encoder = new TextEncoder();
/** What stands between the larger parts comes in every answer. */
const SHORT = 8;
const shortTexts = new Map<string, Uint8Array>();

function encode(text: string): Uint8Array {
  if (text.length > SHORT) return encoder.encode(text);
  const known = shortTexts.get(text) ?? encoder.encode(text);
  if (shortTexts.size < 64) shortTexts.set(text, known);
  return known;
}

/** Texts and bytes that are UTF-8 already, one after the other: the bytes are copied, not read. */
export function joinJson(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const encoded = parts.map((part) => (typeof part === 'string' ? encode(part) : part));
  const joined = new Uint8Array(encoded.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const bytes of encoded) {
    joined.set(bytes, at);
    at += bytes.byteLength;
  }
  return joined;
}
