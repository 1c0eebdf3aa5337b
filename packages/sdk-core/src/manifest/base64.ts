const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Decodes padded base64 (RFC 4648, section 4). Undefined where the text is not that. Its own, since old sets and the core have no `atob`. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[a-z\d+/]*={0,2}$/i.test(text)) return undefined;
  const padding = text.split('=').length - 1;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let at = 0;
  // What the padding makes lies beyond the end, where an array of bytes takes nothing.
  for (let i = 0; i < text.length; i++) {
    bits = (bits << 6) | ALPHABET.indexOf(text.charAt(i));
    if (i % 4 > 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return bytes;
}
