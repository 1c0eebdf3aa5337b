import { hmacSha256Hex } from './hmac-sha256.ts';

/** Everything that follows from the one secret of a fleet. */
export interface FleetKeys {
  /** Signs media URLs. */
  readonly urlKey: string;
  /** Bearer token of the OCAs' control routes. */
  readonly controlToken: string;
  readonly operatorToken: string;
  /** Of who may read what operators read. */
  readonly viewerToken: string;
  /** Signs the accounts' API tokens. */
  readonly accountsKey: string;
  readonly ocaTokenFor: (ocaId: string) => string;
}

export function deriveKeys(secret: string): FleetKeys {
  return {
    urlKey: hmacSha256Hex(secret, 'media-urls'),
    controlToken: hmacSha256Hex(secret, 'control'),
    operatorToken: hmacSha256Hex(secret, 'operator'),
    viewerToken: hmacSha256Hex(secret, 'viewer'),
    accountsKey: hmacSha256Hex(secret, 'accounts'),
    ocaTokenFor: (ocaId) => hmacSha256Hex(secret, `oca:${ocaId}`),
  };
}
