import { type HmacSha256Hex, type MediaTokenVerdict, verifyMediaToken } from '@pressplay/protocol/wire';

const REMEMBERED = 1000;

type Right = Extract<MediaTokenVerdict, { readonly ok: true }>;

interface Known {
  readonly verdict: Right;
  readonly keys: readonly string[];
  readonly clientAddress: string;
}

export type VerifyToken = (
  token: string,
  keys: readonly string[],
  nowS: number,
  bearer: { readonly clientAddress: string },
) => MediaTokenVerdict;

/**
 * A play sends the same token from the same address with each of its hundreds of requests: it is looked into once, as long
 * as the keys stay the same. Only right ones are remembered, so that guesses cost a stranger what they cost before.
 */
export function rememberedTokens(hmac: HmacSha256Hex): VerifyToken {
  const known = new Map<string, Known>();
  return (token, keys, nowS, bearer) => {
    const before = known.get(token);
    if (before && nowS < before.verdict.claims.expiresAtS && isFor(before, keys, bearer.clientAddress))
      return before.verdict;
    const verdict = verifyMediaToken(token, keys, hmac, nowS, bearer);
    if (!verdict.ok) return verdict;
    if (known.size >= REMEMBERED) known.clear();
    known.set(token, { verdict, keys, clientAddress: bearer.clientAddress });
    return verdict;
  };
}

function isFor(known: Known, keys: readonly string[], clientAddress: string): boolean {
  if (known.clientAddress !== clientAddress || known.keys.length !== keys.length) return false;
  return keys.every((key, index) => key === known.keys[index]);
}
