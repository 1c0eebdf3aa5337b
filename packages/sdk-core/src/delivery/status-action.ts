/** What an error status of an OCA means for the range. */
export type StatusAction =
  | { readonly kind: 'token-expired' }
  /** The token is altered or made for another title. */
  | { readonly kind: 'token-rejected' }
  | { readonly kind: 'lacks-file' }
  /** The range does not exist in the very file that is meant. */
  | { readonly kind: 'range-unsatisfiable' }
  /** Holds a file of another length under this name. */
  | { readonly kind: 'other-file' }
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  | { readonly kind: 'failing' };

export interface ErrorAnswer {
  readonly status: number;
  /** `error.code` of the body, where it could be read. */
  readonly code?: string;
  /** `Retry-After`, where readable. */
  readonly retryAfter: string | null;
  /** `Content-Range` of a 416: `bytes *\/total`. */
  readonly contentRange: string | null;
}

/** A renewal gives a token that opens: it lives longer, or belongs to the network that the viewer is in now. */
const RENEWABLE = /^token\/(expired|wrong-network)$/;
const DEFAULT_BUSY_MS = 5_000;
const MAX_BUSY_MS = 120_000;

export function statusAction(answer: ErrorAnswer, sizeBytes: number): StatusAction {
  switch (answer.status) {
    case 401:
    case 403:
      return { kind: RENEWABLE.test(answer.code ?? '') ? 'token-expired' : 'token-rejected' };
    case 404:
    case 410:
      return { kind: 'lacks-file' };
    case 416:
      return unsatisfiable(answer.contentRange, sizeBytes);
    case 429:
    case 503:
      return { kind: 'busy', retryAfterMs: parseRetryAfterMs(answer.retryAfter) };
    default:
      return { kind: 'failing' };
  }
}

function unsatisfiable(contentRange: string | null, sizeBytes: number): StatusAction {
  const total = /^bytes \*\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return { kind: total !== undefined && Number(total) !== sizeBytes ? 'other-file' : 'range-unsatisfiable' };
}

/** Seconds only: a date would have to be compared with a wall clock, and those of TV sets lie. */
function parseRetryAfterMs(retryAfter: string | null): number {
  if (retryAfter === null || !/^\d{1,6}$/.test(retryAfter.trim())) return DEFAULT_BUSY_MS;
  return Math.min(MAX_BUSY_MS, Number(retryAfter) * 1000);
}
