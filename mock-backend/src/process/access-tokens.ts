import { randomBytes } from 'node:crypto';
import { type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { AccessClaims } from '../accounts/account.ts';
import { LONGEST_TOKEN_MS } from '../accounts/revocation.ts';
import type { AccessTokens } from '../ports.ts';
import { hmacSha256Hex } from './hmac-sha256.ts';
import { RememberedTokens, type VerifiedToken } from './remembered-tokens.ts';

const AUDIENCE = 'pressplay';
const ALGORITHM = 'HS256';
const LIFETIME_MS = 30 * 24 * 3600 * 1000;
const TOKEN_ID_BYTES = 16;
/** With so many, about 20 MB. */
const REMEMBERED = 131_072;

export interface IssueOptions {
  /** 30 days; at most 90. */
  readonly lifetimeMs?: number;
  readonly planId?: string;
  readonly profileAge?: number;
}

/** A key that signs API tokens, or did. */
export interface AccountsKey {
  readonly key: string;
  /** Its tokens open nothing from then on, in Unix time in milliseconds; for good where absent. */
  readonly acceptUntilMs?: number | undefined;
}

interface OpenKey {
  readonly kid: string;
  readonly bytes: Uint8Array;
  readonly acceptUntilMs: number;
}

const keyBytes = (key: string): Uint8Array => new TextEncoder().encode(key);

/** Which key signed a token, in its head: a digest that tells nothing of the key. */
const kidOf = (key: string): string => hmacSha256Hex(key, 'kid').slice(0, 16);

/** An API token of an account, with an id by which it can be called back. */
export function issueAccessToken(accountsKey: string, accountId: string, options: IssueOptions = {}): Promise<string> {
  const { lifetimeMs = LIFETIME_MS, planId, profileAge } = options;
  const nowMs = Date.now();
  const claims = {
    ...(planId !== undefined && { plan: planId }),
    ...(profileAge !== undefined && { age: profileAge }),
  };
  return (
    new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid: kidOf(accountsKey) })
      .setSubject(accountId)
      .setAudience(AUDIENCE)
      .setJti(randomBytes(TOKEN_ID_BYTES).toString('base64url'))
      // To the millisecond: a token of the second in which others were called back may be a new one.
      .setIssuedAt(nowMs / 1000)
      .setExpirationTime(new Date(nowMs + lifetimeMs))
      .sign(keyBytes(accountsKey))
  );
}

/**
 * Opens what `issueAccessToken` made with any of these keys: altered, expired and foreign tokens open nothing. A token
 * is verified once and then known by its hash until it expires or its key does.
 */
export function accessTokens(keys: string | readonly AccountsKey[], nowMs: () => number = Date.now): AccessTokens {
  const open = (typeof keys === 'string' ? [{ key: keys }] : keys).map(
    ({ key, acceptUntilMs }: AccountsKey): OpenKey => ({
      kid: kidOf(key),
      bytes: keyBytes(key),
      acceptUntilMs: acceptUntilMs ?? Number.POSITIVE_INFINITY,
    }),
  );
  const remembered = new RememberedTokens(REMEMBERED);
  return {
    async verify(token) {
      const known = remembered.find(token, nowMs());
      if (known) return known;
      const verified = await verifyByKey(token, open, nowMs());
      if (verified) remembered.keep(token, verified);
      return verified?.claims;
    },
    recall: (token) => remembered.find(token, nowMs()),
  };
}

async function verifyByKey(token: string, keys: readonly OpenKey[], nowMs: number): Promise<VerifiedToken | undefined> {
  let used: OpenKey | undefined;
  try {
    const { payload } = await jwtVerify(
      token,
      (head) => {
        used = keyFor(head, keys, nowMs);
        return used.bytes;
      },
      {
        algorithms: [ALGORITHM],
        audience: AUDIENCE,
        requiredClaims: ['sub', 'iat', 'exp'],
        currentDate: new Date(nowMs),
      },
    );
    const claims = claimsOf(payload);
    if (!claims || !used) return undefined;
    return { claims, untilMs: Math.min((payload.exp ?? 0) * 1000, used.acceptUntilMs) };
  } catch {
    return undefined;
  }
}

/** Tokens from before keys had names were signed with the first one. */
function keyFor({ kid }: JWTHeaderParameters, keys: readonly OpenKey[], nowMs: number): OpenKey {
  const key = kid === undefined ? keys[0] : keys.find((one) => one.kid === kid);
  if (!key || nowMs >= key.acceptUntilMs) throw new Error('The key is none of ours, or its time is over.');
  return key;
}

/** One that lives for too long could outlive its being called back. */
function claimsOf({ sub, plan, age, jti, iat = 0, exp = 0 }: JWTPayload): AccessClaims | undefined {
  if ((exp - iat) * 1000 > LONGEST_TOKEN_MS) return undefined;
  if (!sub || (plan !== undefined && typeof plan !== 'string') || (age !== undefined && typeof age !== 'number'))
    return undefined;
  return {
    accountId: sub,
    issuedAtMs: iat * 1000,
    ...(jti !== undefined && { tokenId: jti }),
    ...(plan !== undefined && { planId: plan }),
    ...(age !== undefined && { profileAge: age }),
  };
}
