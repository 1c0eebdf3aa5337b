/** Arguments that `String.fromCharCode` takes at once everywhere. */
const CHUNK = 8192;

/**
 * Decodes UTF-8; old sets have no `TextDecoder`, and the core's compiler settings know none. Bytes that are no UTF-8
 * become U+FFFD, one for all that follow each other between two ASCII characters.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  // What is not ASCII, a byte a character so far: `escape` writes them as the octets that `decodeURIComponent` reads.
  return text.replace(/[\x80-\xff]+/g, (octets) => {
    try {
      return decodeURIComponent(escape(octets));
    } catch {
      return '\ufffd';
    }
  });
}
