import type { AccessClaims } from './accounts/account.ts';
import { ApiError } from './api-error.ts';
import type { AccessTokens } from './ports.ts';

/** `Authorization: Bearer <token>` */
export function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  if (token) return token;
  throw new ApiError('auth/missing', 'This route wants the header "Authorization: Bearer <token>".');
}

export async function requireAccount(header: string | undefined, tokens: AccessTokens): Promise<AccessClaims> {
  const claims = await tokens.verify(bearerToken(header));
  if (claims) return claims;
  throw new ApiError('auth/invalid', 'The API token is not one of ours or has expired: get a new one.');
}

export function requireOperator(header: string | undefined, operatorToken: string): void {
  if (equalInConstantTime(bearerToken(header), operatorToken)) return;
  throw new ApiError('auth/forbidden', "This route is for operators: the token is not the operators' token.");
}

/** Viewers read what operators read, and change nothing. */
export function requireViewer(
  header: string | undefined,
  { operatorToken, viewerToken }: { readonly operatorToken: string; readonly viewerToken?: string },
): void {
  const token = bearerToken(header);
  if (equalInConstantTime(token, operatorToken)) return;
  if (viewerToken !== undefined && equalInConstantTime(token, viewerToken)) return;
  throw new ApiError('auth/forbidden', 'This route is for operators and viewers: the token is neither of theirs.');
}

export function requireOca(header: string | undefined, ocaId: string, ocaTokenFor: (ocaId: string) => string): void {
  if (equalInConstantTime(bearerToken(header), ocaTokenFor(ocaId))) return;
  throw new ApiError('auth/forbidden', `The token is not that of OCA "${ocaId}".`, { ocaId });
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
