/** Every code the origin throws, and what it means. Listed in docs/errors.md. */
export const ORIGIN_ERRORS = {
  'origin/disk-full': 'The origin has no space left for the file.',
  'origin/content-mismatch': 'The bytes do not have the hash that their file id promises.',
  'origin/invalid-name': 'A file id or title id is not of the allowed form.',
  'origin/invalid-title': 'A title does not have the shape of a catalog title, or its stored text is damaged.',
  'origin/storage': 'The storage below the origin failed.',
} as const;

export type OriginErrorCode = keyof typeof ORIGIN_ERRORS;
export type OriginErrorContext = Readonly<Record<string, string | number>>;

export class OriginError extends Error {
  override readonly name = 'OriginError';
  readonly code: OriginErrorCode;
  readonly context: OriginErrorContext;

  constructor(code: OriginErrorCode, message: string, context: OriginErrorContext = {}, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
    this.context = context;
  }
}

export function isOriginError(error: unknown): error is OriginError {
  return error instanceof Error && error.name === 'OriginError' && 'code' in error;
}

/** The failure of a write, as a typed error: a full disk is told apart, because a person can mend it. */
export function storageError(cause: unknown, path: string): OriginError {
  if (isOriginError(cause)) return cause;
  const code = errnoOf(cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new OriginError('origin/disk-full', `no space left to write ${path}`, { path }, { cause });
  return new OriginError('origin/storage', `cannot use ${path}: ${reason}`, { path, reason }, { cause });
}

export function errnoOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
