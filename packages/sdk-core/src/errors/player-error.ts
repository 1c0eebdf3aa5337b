import type { PlayApiErrorCode } from '@pressplay/protocol/wire';
import type { SdkErrorCode } from './sdk-error-codes.ts';

export type PlayerErrorCode = SdkErrorCode | PlayApiErrorCode;

/** What the error was about. Never holds a token. */
export type PlayerErrorContext = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export class PlayerError extends Error {
  override readonly name = 'PlayerError';
  readonly code: PlayerErrorCode;
  readonly context: PlayerErrorContext;

  constructor(code: PlayerErrorCode, message: string, context: PlayerErrorContext = {}, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
    this.context = context;
  }
}

export function isPlayerError(error: unknown): error is PlayerError {
  return error instanceof Error && error.name === 'PlayerError' && 'code' in error;
}

/** A control plane may be newer than this SDK, and say more exactly what it says already: its areas count. */
export function isPlayApiErrorCode(code: string): code is PlayApiErrorCode {
  return /^(request|auth|account|title|licence|play|steering|fleet|store|server)\/[a-z-]+$/.test(code);
}
