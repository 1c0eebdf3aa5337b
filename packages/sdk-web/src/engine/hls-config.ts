import type { HlsConfig, RetryConfig } from 'hls.js';

/** The core tries other servers itself; hls.js arms no timer around a loader that is not its own. */
const NO_RETRY: { readonly timeoutRetry: RetryConfig | null; readonly errorRetry: RetryConfig | null } = {
  timeoutRetry: null,
  errorRetry: null,
};
const POLICY = { default: { maxTimeToFirstByteMs: 0, maxLoadTimeMs: 120_000, ...NO_RETRY } };

/** hls.js's tolerance when it looks up the fragment after the buffer's end. */
export const LOOK_UP_TOLERANCE_MS = 250;

/** What is behind the playhead and may be thrown away: enough for a short seek back. */
const BACK_BUFFER_S = 30;
/** Browsers refuse more than about 150 MB of video; hls.js also counts what it is going to append. */
const MAX_BUFFER_BYTES = 60_000_000;

export interface HlsConfigParts {
  readonly bufferGoalMs: number;
  readonly startAtMs: number;
  readonly loaders: Pick<HlsConfig, 'pLoader' | 'fLoader' | 'abrController'>;
}

export function hlsConfig(parts: HlsConfigParts): Partial<HlsConfig> {
  const goalS = parts.bufferGoalMs / 1000;
  return {
    ...parts.loaders,
    // Fragmented MP4 passes through: a worker would only copy bytes, and old sets have none that work.
    enableWorker: false,
    startPosition: parts.startAtMs / 1000,
    // The first segment is asked for before the media source is open.
    startFragPrefetch: true,
    testBandwidth: false,
    maxBufferLength: goalS,
    maxMaxBufferLength: goalS,
    maxBufferSize: MAX_BUFFER_BYTES,
    backBufferLength: BACK_BUFFER_S,
    maxFragLookUpTolerance: LOOK_UP_TOLERANCE_MS / 1000,
    // The core knows what the device and the account may play.
    capLevelToPlayerSize: false,
    useMediaCapabilities: false,
    lowLatencyMode: false,
    manifestLoadPolicy: POLICY,
    playlistLoadPolicy: POLICY,
    fragLoadPolicy: POLICY,
  };
}
