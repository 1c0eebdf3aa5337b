import { createHmac } from 'node:crypto';
import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import { jwtVerify, SignJWT } from 'jose';
import type { AccessTokens } from '../ports.ts';

export const hmacSha256Hex: HmacSha256Hex = (key, text) => createHmac('sha256', key).update(text).digest('hex');

/** Everything that follows from the one secret of a fleet. */
export interface FleetKeys {
  /** Signs media URLs. */
  readonly urlKey: string;
  /** Bearer token of the OCAs' control routes. */
  readonly controlToken: string;
  readonly operatorToken: string;
  /** Signs the accounts' API tokens. */
  readonly accountsKey: string;
  readonly ocaTokenFor: (ocaId: string) => string;
}

export function deriveKeys(secret: string): FleetKeys {
  return {
    urlKey: hmacSha256Hex(secret, 'media-urls'),
    controlToken: hmacSha256Hex(secret, 'control'),
    operatorToken: hmacSha256Hex(secret, 'operator'),
    accountsKey: hmacSha256Hex(secret, 'accounts'),
    ocaTokenFor: (ocaId) => hmacSha256Hex(secret, `oca:${ocaId}`),
  };
}

const AUDIENCE = 'pressplay';
const ALGORITHM = 'HS256';
const LIFETIME_MS = 30 * 24 * 3600 * 1000;
const keyBytes = (accountsKey: string) => new TextEncoder().encode(accountsKey);

/** An API token of an account, for 30 days. */
export function issueAccessToken(accountsKey: string, accountId: string, lifetimeMs = LIFETIME_MS): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM })
    .setSubject(accountId)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(new Date(Date.now() + lifetimeMs))
    .sign(keyBytes(accountsKey));
}

/** Opens what `issueAccessToken` made: altered, expired and foreign tokens open nothing. */
export function accessTokens(accountsKey: string): AccessTokens {
  const key = keyBytes(accountsKey);
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          audience: AUDIENCE,
          requiredClaims: ['sub', 'exp'],
        });
        return payload.sub ? { accountId: payload.sub } : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
