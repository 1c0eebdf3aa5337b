/** HMAC-SHA256 of a text under a key, in lower-case hex. Synchronous: it also runs in virtual time. */
export type HmacSha256Hex = (key: string, text: string) => string;

export interface MediaTokenClaims {
  /** Unix time in seconds. */
  readonly expiresAtS: number;
  readonly playId: string;
  /** The title whose files the token opens. */
  readonly scope: string;
  /** Opens them only for clients of this network (`networkOf`), where the operator wants that. */
  readonly network?: string;
}

/** A key that opens tokens beside the one that signs them now: the last one, or the next one, during a rotation. */
export interface AcceptedKey {
  readonly key: string;
  /** Unix time in milliseconds; for good where absent. */
  readonly acceptUntilMs?: number | undefined;
}

/** All keys that open tokens at a moment, the signing one first. */
export function keysAt(
  signing: string,
  accepted: readonly AcceptedKey[] | undefined,
  wallMs: number,
): readonly string[] {
  if (!accepted || accepted.length === 0) return [signing];
  const others = accepted.filter(({ acceptUntilMs = Number.POSITIVE_INFINITY }) => wallMs < acceptUntilMs);
  return [signing, ...others.map(({ key }) => key)];
}

/** Who asks, where tokens may be bound to a network. */
export interface TokenBearer {
  readonly clientAddress: string;
}

export type MediaTokenVerdict =
  | { readonly ok: true; readonly claims: MediaTokenClaims }
  | {
      readonly ok: false;
      readonly code: 'token/malformed' | 'token/bad-signature' | 'token/expired' | 'token/wrong-network';
    };

const SHAPE = /^([0-9a-f]{1,12})(?:n([0-9a-f]{8}))?-([0-9a-z]{1,64})-([a-z0-9][a-z0-9-]{0,63})-([0-9a-f]{32})$/;

/**
 * `expiryHex-playId-scope-hmac128Hex`: the first path segment of every media URL. Bound to a network, the expiry is
 * followed by `n` and eight digits that stand for it without telling it.
 */
export function signMediaToken(claims: MediaTokenClaims, key: string, hmac: HmacSha256Hex): string {
  const { expiresAtS, playId, scope, network } = claims;
  const bound = network === undefined ? '' : `n${networkTag(network, key, hmac)}`;
  const text = `${expiresAtS.toString(16)}${bound}-${playId}-${scope}`;
  return `${text}-${hmac(key, text).slice(0, 32)}`;
}

/**
 * Checks the shape, then the signature by each key (in constant time), then the expiry, then the network, where the
 * token is bound to one and a bearer is given.
 */
export function verifyMediaToken(
  token: string,
  keys: string | readonly string[],
  hmac: HmacSha256Hex,
  nowS: number,
  bearer?: TokenBearer,
): MediaTokenVerdict {
  const match = SHAPE.exec(token);
  if (!match) return { ok: false, code: 'token/malformed' };
  const [, expiryHex = '', tag, playId = '', scope = '', signature = ''] = match;
  const text = token.slice(0, token.length - signature.length - 1);
  const signs = (key: string): boolean => equalInConstantTime(signature, hmac(key, text).slice(0, 32));
  const key = typeof keys === 'string' ? [keys].find(signs) : keys.find(signs);
  if (key === undefined) return { ok: false, code: 'token/bad-signature' };
  const expiresAtS = Number.parseInt(expiryHex, 16);
  if (expiresAtS <= nowS) return { ok: false, code: 'token/expired' };
  if (bearer && tag !== undefined && tag !== networkTag(networkOf(bearer.clientAddress), key, hmac))
    return { ok: false, code: 'token/wrong-network' };
  return { ok: true, claims: { expiresAtS, playId, scope } };
}

/**
 * The network of an address that tokens are bound to: /24 of IPv4 (also inside IPv6), /48 of IPv6. Larger than a home,
 * so that a new lease of an address breaks no play.
 */
export function networkOf(address: string): string {
  const [, quad = ''] = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(address) ?? [];
  if (quad !== '') return `${quad}.0/24`;
  const [bare = ''] = address.toLowerCase().split('%', 1);
  const [before = '', after] = bare.split('::', 2);
  const groups = before === '' ? [] : before.split(':');
  const missing = after === undefined ? 0 : 8 - groups.length - (after === '' ? 0 : after.split(':').length);
  const all = [
    ...groups,
    ...Array.from({ length: Math.max(0, missing) }, () => '0'),
    ...(after ? after.split(':') : []),
  ];
  const first = all.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/48`;
}

const networkTag = (network: string, key: string, hmac: HmacSha256Hex): string =>
  hmac(key, `network:${network}`).slice(0, 8);

/** The play id in an OCA's own tokens, with which it copies files: never that of a viewer, which is hex. */
export function fillPlayId(ocaId: string): string {
  return `fill${ocaId.replaceAll('-', '')}`.slice(0, 64);
}

export function isFillPlayId(playId: string): boolean {
  return playId.startsWith('fill');
}

/** What a log may show of a URL or path: the token's play and title, never its signature. */
export function maskMediaToken(text: string): string {
  return text.replace(/([0-9a-f]{1,12}(?:n[0-9a-f]{8})?-[0-9a-z]{1,64}-[a-z0-9-]{1,64})-[0-9a-f]{32}/g, '$1-***');
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
