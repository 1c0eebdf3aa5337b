/** Every code the control plane answers with, as `area/cause`, and its HTTP status. Listed in docs/errors.md. */
export const PLAY_API_ERRORS = {
  'request/malformed-json': 400,
  'request/invalid': 400,
  'request/too-large': 413,
  'request/rate-limited': 429,
  'request/not-found': 404,
  'request/method-not-allowed': 405,
  'auth/missing': 401,
  'auth/invalid': 401,
  'auth/revoked': 401,
  'auth/forbidden': 403,
  'account/unknown-plan': 403,
  'account/age-rating': 403,
  'account/stream-limit': 409,
  'title/unknown': 404,
  'title/not-live': 409,
  'title/no-playable-rendition': 422,
  'title/no-playlists': 409,
  'title/no-index': 503,
  'licence/territory': 403,
  'licence/window': 403,
  'play/unknown': 404,
  'play/ended': 410,
  'play/idempotency-conflict': 409,
  'steering/no-server': 503,
  'steering/not-logged': 404,
  'fleet/unknown-oca': 404,
  'store/unavailable': 503,
  'store/snapshot-expired': 503,
  'server/overloaded': 503,
  'server/internal': 500,
} as const;

/** Every code an OCA answers with, and its HTTP status. Listed in docs/errors.md. */
export const OCA_ERRORS = {
  'path/invalid': 400,
  'request/method-not-allowed': 405,
  'token/malformed': 403,
  'token/bad-signature': 403,
  'token/expired': 403,
  'token/wrong-title': 403,
  'token/wrong-network': 403,
  'file/unknown': 404,
  'request/precondition-failed': 412,
  'range/unsatisfiable': 416,
  'oca/overloaded': 503,
  'oca/fault': 503,
  'oca/disk': 503,
  'auth/invalid': 401,
  'request/malformed-json': 400,
  'request/invalid': 400,
} as const;

export type PlayApiErrorCode = keyof typeof PLAY_API_ERRORS;
export type OcaErrorCode = keyof typeof OCA_ERRORS;

export const PlayApiErrorCodes: readonly PlayApiErrorCode[] = Object.keys(PLAY_API_ERRORS) as PlayApiErrorCode[];
export const OcaErrorCodes: readonly OcaErrorCode[] = Object.keys(OCA_ERRORS) as OcaErrorCode[];
