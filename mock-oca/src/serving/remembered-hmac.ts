import type { HmacSha256Hex } from '@pressplay/protocol/wire';

const REMEMBERED = 1000;

/** A play sends the same token with each of its hundreds of requests: its signature is computed once. */
export function rememberedHmac(hmac: HmacSha256Hex): HmacSha256Hex {
  const known = new Map<string, string>();
  return (key, text) => {
    const name = `${key} ${text}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    const digest = hmac(key, text);
    // Strangers may send what they like: it costs no more than this memory.
    if (known.size >= REMEMBERED) known.clear();
    known.set(name, digest);
    return digest;
  };
}
