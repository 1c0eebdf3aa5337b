import type { AccessClaims } from './accounts/account.ts';

export interface BackendClock {
  /** Milliseconds since an arbitrary origin. Never goes backwards. */
  nowMs(): number;
  /** Unix time in milliseconds. */
  wallMs(): number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Fields never hold a token. */
export type Log = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;

/** Opens the bearer tokens of accounts. */
export interface AccessTokens {
  verify(token: string): Promise<AccessClaims | undefined>;
  /** Of a token that was verified before and still counts: nobody waits for it. */
  recall?(token: string): AccessClaims | undefined;
}

/** Answers for a file of the origin, once its token was found good. */
export type OriginAnswer = (
  request: Request,
  file: { readonly fileId: string; readonly titleId: string },
) => Promise<Response>;
