import type { AccessClaims } from './accounts/account.ts';
import type { Revocations } from './accounts/revocations.ts';
import { ApiError } from './api-error.ts';
import type { BackendConfig, FleetTokens } from './backend-config.ts';
import type { AccessTokens, BackendClock } from './ports.ts';

/** `Authorization: Bearer <token>` */
export function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  if (token) return token;
  throw new ApiError('auth/missing', 'This route wants the header "Authorization: Bearer <token>".');
}

interface AccountDoor {
  readonly accessTokens: AccessTokens;
  readonly revocations: Pick<Revocations, 'requireGood'>;
}

/** The account of a token that was verified before; undefined where that is still to be done. */
export function recallAccount(header: string, door: AccountDoor): AccessClaims | undefined {
  const claims = door.accessTokens.recall?.(bearerToken(header));
  if (claims) door.revocations.requireGood(claims);
  return claims;
}

export async function requireAccount(header: string | undefined, door: AccountDoor): Promise<AccessClaims> {
  const claims = await door.accessTokens.verify(bearerToken(header));
  if (!claims) throw new ApiError('auth/invalid', 'The API token is not one of ours or has expired: get a new one.');
  door.revocations.requireGood(claims);
  return claims;
}

interface Doorkeeper {
  readonly config: FleetTokens & Pick<BackendConfig, 'acceptedTokens'>;
  readonly clock: Pick<BackendClock, 'wallMs'>;
}

export function requireOperator(header: string | undefined, doorkeeper: Doorkeeper): void {
  const token = bearerToken(header);
  if (isOneOf(token, doorkeeper, ({ operatorToken }) => [operatorToken])) return;
  throw new ApiError('auth/forbidden', "This route is for operators: the token is not the operators' token.");
}

/** Viewers read what operators read, and change nothing. */
export function requireViewer(header: string | undefined, doorkeeper: Doorkeeper): void {
  const token = bearerToken(header);
  if (isOneOf(token, doorkeeper, ({ operatorToken, viewerToken }) => [operatorToken, viewerToken])) return;
  throw new ApiError('auth/forbidden', 'This route is for operators and viewers: the token is neither of theirs.');
}

export function requireOca(header: string | undefined, ocaId: string, doorkeeper: Doorkeeper): void {
  const token = bearerToken(header);
  if (isOneOf(token, doorkeeper, ({ ocaTokenFor }) => [ocaTokenFor(ocaId)])) return;
  throw new ApiError('auth/forbidden', `The token is not that of OCA "${ocaId}".`, { ocaId });
}

/** The tokens of now, then those that keys on their way in or out give, as long as they count. */
function isOneOf(
  token: string,
  { config, clock }: Doorkeeper,
  pick: (tokens: FleetTokens) => readonly (string | undefined)[],
): boolean {
  const opens = (tokens: FleetTokens): boolean =>
    pick(tokens).some((one) => one !== undefined && equalInConstantTime(token, one));
  if (opens(config)) return true;
  const { acceptedTokens = [] } = config;
  return acceptedTokens.some(
    (tokens) => clock.wallMs() < (tokens.acceptUntilMs ?? Number.POSITIVE_INFINITY) && opens(tokens),
  );
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
