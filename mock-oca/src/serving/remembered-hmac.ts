import type { HmacSha256Hex } from '@pressplay/protocol/wire';

const REMEMBERED = 1000;

/** A play sends the same token with each of its hundreds of requests: its signature is computed once. */
export function rememberedHmac(hmac: HmacSha256Hex): HmacSha256Hex {
  const knownByKey = new Map<string, Map<string, string>>();
  return (key, text) => {
    const known = knownByKey.get(key) ?? new Map<string, string>();
    const before = known.get(text);
    if (before !== undefined) return before;
    const digest = hmac(key, text);
    // Strangers may send what they like, but not choose the key: it costs no more than this memory.
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, digest);
    knownByKey.set(key, known);
    return digest;
  };
}
