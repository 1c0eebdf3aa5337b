import type { Revocation, RevocationRequest } from '@pressplay/protocol/messages';
import { CLOCKS_DIFFER_MS } from '../store/store.ts';
import type { AccessClaims } from './account.ts';

/** No API token lives longer: what was called back can be forgotten after that. */
export const LONGEST_TOKEN_MS = 90 * 24 * 3600 * 1000;

/** Kinds have names of their own: an account may be called as a token is. */
export const revocationKey = ({ kind, id }: Pick<Revocation, 'kind' | 'id'>): string => `${kind} ${id}`;

/** Which tokens of now and before are called back by it, and for how long that is to be known. */
export function revocationOf(request: RevocationRequest, nowMs: number): Revocation {
  const { kind, id, reason } = request;
  const made = { kind, id, reason, madeAtMs: Math.round(nowMs) };
  const latestMs = made.madeAtMs + LONGEST_TOKEN_MS + CLOCKS_DIFFER_MS;
  if (request.kind === 'token')
    return { ...made, expiresAtMs: Math.min(Math.ceil(request.expiresAtMs ?? latestMs), latestMs) };
  const issuedBeforeMs = Math.ceil(request.issuedBeforeMs ?? nowMs);
  return { ...made, issuedBeforeMs, expiresAtMs: issuedBeforeMs + LONGEST_TOKEN_MS + CLOCKS_DIFFER_MS };
}

/** What is wrong with the times of a request; nothing where they make sense. */
export function issuesOf(request: RevocationRequest, nowMs: number): readonly string[] {
  if (request.kind === 'token') {
    const { expiresAtMs = Number.POSITIVE_INFINITY } = request;
    return expiresAtMs > nowMs ? [] : ['expiresAtMs: lies in the past, so that the token opens nothing anyway'];
  }
  const { issuedBeforeMs = nowMs } = request;
  if (issuedBeforeMs > nowMs + CLOCKS_DIFFER_MS)
    return ['issuedBeforeMs: lies in the future, and would call back tokens that nobody has yet'];
  return issuedBeforeMs > nowMs - LONGEST_TOKEN_MS ? [] : ['issuedBeforeMs: no token from before lives any more'];
}

/** Of two of the same token or account: what either calls back is called back. */
export function joined(known: Revocation | undefined, next: Revocation): Revocation {
  if (!known) return next;
  const { issuedBeforeMs: before } = known;
  return {
    ...next,
    ...(next.issuedBeforeMs !== undefined && { issuedBeforeMs: Math.max(next.issuedBeforeMs, before ?? 0) }),
    expiresAtMs: Math.max(next.expiresAtMs, known.expiresAtMs),
  };
}

/** A token that does not say when it was issued may be an old one. */
export const callsBack = (
  { kind, issuedBeforeMs = Number.POSITIVE_INFINITY }: Revocation,
  { issuedAtMs = Number.NEGATIVE_INFINITY }: Pick<AccessClaims, 'issuedAtMs'>,
): boolean => kind === 'token' || issuedAtMs < issuedBeforeMs;
