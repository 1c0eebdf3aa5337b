import { type HmacSha256Hex, type MediaTokenClaims, signMediaToken, verifyMediaToken } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';

/** What a manifest's URL permits, signed: no header and no session is needed, and any region can answer. */
export interface ManifestTicket {
  readonly playId: string;
  readonly titleId: string;
  readonly expiresAtS: number;
  /** What the device can play and the account may see, as judged at the start; the first sound is the preferred one. */
  readonly renditionIds: readonly string[];
}

export interface TicketPath {
  /** In the form of a media token, so that logs mask it; it opens no media. */
  readonly token: string;
  readonly permit: string;
}

const PERMIT = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/;

/** The permit is part of the key: whoever alters it needs another signature. */
const keyFor = (urlKey: string, permit: string, hmac: HmacSha256Hex): string => hmac(urlKey, `manifests:${permit}`);

export function signTicket(ticket: ManifestTicket, urlKey: string, hmac: HmacSha256Hex): TicketPath {
  const permit = ticket.renditionIds.join('.');
  const claims: MediaTokenClaims = { playId: ticket.playId, scope: ticket.titleId, expiresAtS: ticket.expiresAtS };
  return { token: signMediaToken(claims, keyFor(urlKey, permit, hmac), hmac), permit };
}

export const ticketUrl = ({ token, permit }: TicketPath, name: string): string =>
  `/v1/manifests/${token}/${permit}/${name}`;

/** @throws ApiError `auth/invalid` where it is not ours, `play/ended` where its time is over. */
export function openTicket(
  { token, permit }: TicketPath,
  urlKeys: readonly string[],
  hmac: HmacSha256Hex,
  nowS: number,
): ManifestTicket {
  const keys = urlKeys.map((urlKey) => keyFor(urlKey, permit, hmac));
  const verdict = PERMIT.test(permit) ? verifyMediaToken(token, keys, hmac, nowS) : undefined;
  if (verdict?.ok) {
    const { playId, scope, expiresAtS } = verdict.claims;
    return { playId, titleId: scope, expiresAtS, renditionIds: permit.split('.') };
  }
  if (verdict?.code === 'token/expired')
    throw new ApiError('play/ended', 'The time of this play is over: start a new one.');
  throw new ApiError('auth/invalid', 'The path of the manifest is not one of ours, or was altered.');
}
