/** HMAC-SHA256 of a text under a key, in lower-case hex. Synchronous: it also runs in virtual time. */
export type HmacSha256Hex = (key: string, text: string) => string;

export interface MediaTokenClaims {
  /** Unix time in seconds. */
  readonly expiresAtS: number;
  readonly playId: string;
  /** The title whose files the token opens. */
  readonly scope: string;
}

export type MediaTokenVerdict =
  | { readonly ok: true; readonly claims: MediaTokenClaims }
  | { readonly ok: false; readonly code: 'token/malformed' | 'token/bad-signature' | 'token/expired' };

const SHAPE = /^([0-9a-f]{1,12})-([0-9a-z]{1,64})-([a-z0-9][a-z0-9-]{0,63})-([0-9a-f]{32})$/;

/** `expiryHex-playId-scope-hmac128Hex`: the first path segment of every media URL. */
export function signMediaToken(claims: MediaTokenClaims, key: string, hmac: HmacSha256Hex): string {
  const text = `${claims.expiresAtS.toString(16)}-${claims.playId}-${claims.scope}`;
  return `${text}-${hmac(key, text).slice(0, 32)}`;
}

/** Checks the shape, then the signature (in constant time), then the expiry. */
export function verifyMediaToken(token: string, key: string, hmac: HmacSha256Hex, nowS: number): MediaTokenVerdict {
  const match = SHAPE.exec(token);
  if (!match) return { ok: false, code: 'token/malformed' };
  const [, expiryHex = '', playId = '', scope = '', signature = ''] = match;
  const text = token.slice(0, token.length - signature.length - 1);
  if (!equalInConstantTime(signature, hmac(key, text).slice(0, 32))) return { ok: false, code: 'token/bad-signature' };
  const expiresAtS = Number.parseInt(expiryHex, 16);
  if (expiresAtS <= nowS) return { ok: false, code: 'token/expired' };
  return { ok: true, claims: { expiresAtS, playId, scope } };
}

/** The play id in an OCA's own tokens, with which it copies files: never that of a viewer, which is hex. */
export function fillPlayId(ocaId: string): string {
  return `fill${ocaId.replaceAll('-', '')}`.slice(0, 64);
}

export function isFillPlayId(playId: string): boolean {
  return playId.startsWith('fill');
}

/** What a log may show of a URL or path: the token's play and title, never its signature. */
export function maskMediaToken(text: string): string {
  return text.replace(/([0-9a-f]{1,12}-[0-9a-z]{1,64}-[a-z0-9-]{1,64})-[0-9a-f]{32}/g, '$1-***');
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
