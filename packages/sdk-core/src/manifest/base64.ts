const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NOT_BASE64 = 255;

const VALUE_OF_CODE: Uint8Array = (() => {
  const values = new Uint8Array(128).fill(NOT_BASE64);
  for (let value = 0; value < ALPHABET.length; value++) values[ALPHABET.charCodeAt(value)] = value;
  return values;
})();

/** Decodes padded base64 (RFC 4648, section 4). Undefined where the text is not that. Its own, since old sets and the core have no `atob`. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let pending = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = VALUE_OF_CODE[text.charCodeAt(i)] ?? NOT_BASE64;
    if (value === NOT_BASE64) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    bytes[at++] = (bits >> pending) & 0xff;
  }
  return bytes;
}
