import type { ErrorBody } from '@pressplay/protocol/messages';
import { OCA_ERRORS, type OcaErrorCode, PLAY_API_ERRORS, type PlayApiErrorCode } from '@pressplay/protocol/wire';

export type ApiErrorContext = Readonly<Record<string, string | number | boolean | string[]>>;

const STATUS_OF = { ...OCA_ERRORS, ...PLAY_API_ERRORS };

/** An answer that says no: becomes an ErrorBody with the status of its code. The origin route speaks the OCAs' codes. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: PlayApiErrorCode | OcaErrorCode;
  readonly context: ApiErrorContext;

  constructor(
    code: PlayApiErrorCode | OcaErrorCode,
    message: string,
    context: ApiErrorContext = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.context = context;
  }

  get status(): number {
    return STATUS_OF[this.code];
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError' && 'code' in error;
}

export function asApiError(thrown: unknown): ApiError {
  if (isApiError(thrown)) return thrown;
  return new ApiError('server/internal', 'Something went wrong in the server.', {}, { cause: thrown });
}

export function errorBodyOf({ code, message, context }: ApiError, requestId?: string): ErrorBody {
  return { error: { code, message, context: { ...context }, ...(requestId && { requestId }) } };
}
