import { ErrorDetails, ErrorTypes } from 'hls.js';
import { describe, expect, it } from 'vitest';
import { judgeHlsError, RECOVERY_WINDOW_MS } from './judge-hls-error.ts';

const decodeError = { type: ErrorTypes.MEDIA_ERROR, details: ErrorDetails.BUFFER_APPEND_ERROR, fatal: true };

describe('an error of hls.js', () => {
  it('is left to hls.js while it is not fatal', () => {
    expect(judgeHlsError({ ...decodeError, fatal: false }, undefined, 0).action).toBe('ignore');
  });

  it('of the decoder is cured once, and fails the play when it comes back at once', () => {
    expect(judgeHlsError(decodeError, undefined, 5_000).action).toBe('recover-media');
    expect(judgeHlsError(decodeError, 5_000, 6_000)).toMatchObject({ action: 'fail', cause: 'decode' });
  });

  it('of the decoder is cured again when it comes back much later', () => {
    expect(judgeHlsError(decodeError, 5_000, 5_000 + RECOVERY_WINDOW_MS).action).toBe('recover-media');
  });

  it('about codecs says that the device cannot play the title', () => {
    const error = {
      type: ErrorTypes.MEDIA_ERROR,
      details: ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
      fatal: true,
    };
    expect(judgeHlsError(error, undefined, 0)).toMatchObject({ action: 'fail', cause: 'unsupported' });
  });

  it('about a playlist fails the play: ours come from memory, so no server is to blame', () => {
    const error = { type: ErrorTypes.NETWORK_ERROR, details: ErrorDetails.MANIFEST_PARSING_ERROR, fatal: true };
    expect(judgeHlsError(error, undefined, 0).action).toBe('fail');
  });

  it('about a segment was reported by the loader', () => {
    const error = { type: ErrorTypes.NETWORK_ERROR, details: ErrorDetails.FRAG_LOAD_ERROR, fatal: true };
    expect(judgeHlsError(error, undefined, 0)).toEqual({ action: 'ignore', reason: 'delivery-reported-it' });
  });
});
