import { ErrorDetails, ErrorTypes } from 'hls.js';

/** What of an error of hls.js decides. */
export interface ReportedError {
  readonly type: string;
  readonly details: string;
  readonly fatal: boolean;
}

/** What to do about an error that hls.js reports. */
export type HlsErrorVerdict =
  | { readonly action: 'ignore'; readonly reason: 'hls-recovers' | 'delivery-reported-it' }
  | { readonly action: 'recover-media'; readonly reason: string }
  | { readonly action: 'fail'; readonly cause: 'decode' | 'unsupported'; readonly reason: string };

/** A decoder that was revived and fails again within this time will not live. */
export const RECOVERY_WINDOW_MS = 10_000;

const UNSUPPORTED: ReadonlySet<string> = new Set([
  ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
  ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR,
  ErrorDetails.BUFFER_ADD_CODEC_ERROR,
]);

const SEGMENT_NOT_LOADED: ReadonlySet<string> = new Set([ErrorDetails.FRAG_LOAD_ERROR, ErrorDetails.FRAG_LOAD_TIMEOUT]);

/**
 * Only fatal errors matter: from the others hls.js recovers by itself. A media error is cured once by a new decoder.
 * A segment that could not be loaded was reported by the loader already, with the core's own error as cause.
 */
export function judgeHlsError(
  error: ReportedError,
  lastRecoveryAtMs: number | undefined,
  nowMs: number,
): HlsErrorVerdict {
  if (!error.fatal) return { action: 'ignore', reason: 'hls-recovers' };
  if (UNSUPPORTED.has(error.details)) return { action: 'fail', cause: 'unsupported', reason: error.details };
  if (SEGMENT_NOT_LOADED.has(error.details)) return { action: 'ignore', reason: 'delivery-reported-it' };
  const recoveredLately = lastRecoveryAtMs !== undefined && nowMs - lastRecoveryAtMs < RECOVERY_WINDOW_MS;
  if (error.type === ErrorTypes.MEDIA_ERROR && !recoveredLately)
    return { action: 'recover-media', reason: error.details };
  return { action: 'fail', cause: 'decode', reason: error.details };
}
