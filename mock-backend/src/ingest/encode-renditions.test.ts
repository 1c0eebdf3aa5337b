import { describe, expect, it } from 'vitest';
import { encodeError, lastOutTimeMs, type PlannedEncode } from './encode-renditions.ts';
import { fileInput } from './media-input.ts';

const job: PlannedEncode = {
  input: fileInput('film.mp4'),
  probe: {
    video: { streamIndex: 0, widthPx: 16, heightPx: 16, frameRate: 25, interlaced: false },
    audio: undefined,
    text: [],
    durationMs: 1000,
  },
  rung: { kind: 'audio', renditionId: 'a128', label: 'audio 128k', bps: 128_000, language: 'und' },
  preset: { encoderPreset: 'veryfast', bufferMs: 1000 },
  outputPath: '/tmp/a128.mp4',
};

describe("ffmpeg's last words", () => {
  it.each([
    ['av_interleaved_write_frame(): No space left on device', 'ingest/disk-full'],
    ["Unknown encoder 'libx264'", 'ingest/tool-missing'],
    ["[AVFilterGraph] No such filter: 'drawtext'", 'ingest/tool-missing'],
    ['Error while filtering: Cannot allocate memory', 'ingest/encode-failed'],
    ['', 'ingest/encode-failed'],
  ])('%j become %s', (stderr, code) => {
    expect(encodeError(stderr, 1, job)).toMatchObject({ code, context: { renditionId: 'a128', source: 'film.mp4' } });
  });
});

describe('progress', () => {
  it('is the last time in what ffmpeg printed, and nothing before the first frame', () => {
    expect(lastOutTimeMs('frame=1\nout_time_us=40000\nprogress=continue\nframe=9\nout_time_us=360000\n')).toBe(360);
    expect(lastOutTimeMs('out_time_us=N/A\nout_time_us=-9223372036854775807\n')).toBeUndefined();
  });
});
