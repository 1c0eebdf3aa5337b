import { type AudioRung, framesPerSegment, type LadderPreset, SEGMENT_S, type VideoRung } from './choose-ladder.ts';
import type { MediaInput } from './media-input.ts';
import type { Probe } from './probe.ts';

export interface EncodeJob {
  readonly input: MediaInput;
  readonly probe: Probe;
  readonly rung: VideoRung | AudioRung;
  readonly preset: Pick<LadderPreset, 'encoderPreset' | 'bufferMs'>;
  /** Filters for this rendition alone, after scaling. */
  readonly extraFilters?: readonly string[];
  readonly threads: number;
  readonly outputPath: string;
}

/** One fragmented MP4 (CMAF): ftyp, moov, one sidx, then one moof and mdat per segment, and nothing after the last. */
const CONTAINER_FLAGS = 'cmaf+dash+global_sidx+negative_cts_offsets+skip_trailer';

/** ffmpeg's arguments for one rendition; progress goes to standard output. */
export function ffmpegArguments(job: EncodeJob): string[] {
  const { input, rung, outputPath } = job;
  return [
    ...['-hide_banner', '-nostdin', '-y', '-loglevel', 'error', '-nostats', '-progress', 'pipe:1'],
    ...(rung.kind === 'audio' && input.soundArguments ? input.soundArguments : input.inputArguments),
    ...(rung.kind === 'video' ? videoArguments(job, rung) : audioArguments(job, rung)),
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-f', 'mp4', `file:${outputPath}`],
  ];
}

/**
 * Segments are counted in frames, not in seconds: then an IDR frame falls on the same frame of every rendition also at
 * 29.97 frames per second, where no frame lies on a full second.
 */
function videoArguments({ input, probe, preset, extraFilters = [], threads }: EncodeJob, rung: VideoRung): string[] {
  const frames = String(framesPerSegment(rung.frameRate));
  const { numerator, denominator } = rung.frameRate;
  const filters = [
    ...(probe.video.interlaced ? ['bwdif=deint=interlaced'] : []),
    `fps=fps=${numerator}/${denominator}:start_time=0`,
    `scale=${rung.widthPx}:${rung.heightPx}:flags=bicubic`,
    'setsar=1',
    'format=yuv420p',
    ...extraFilters,
  ];
  return [
    ...['-map', `0:${probe.video.streamIndex}`, '-vf', filters.join(',')],
    ...(input.durationMs === undefined ? [] : ['-t', seconds(input.durationMs)]),
    ...['-c:v', 'libx264', '-preset', preset.encoderPreset, '-crf', String(rung.crf)],
    ...[
      '-maxrate',
      String(rung.maxBps),
      '-bufsize',
      String((rung.maxBps * preset.bufferMs) / 1000),
      '-threads',
      String(threads),
    ],
    ...['-g', frames, '-keyint_min', frames, '-sc_threshold', '0', '-force_key_frames', `expr:not(mod(n,${frames}))`],
    ...['-x264-params', 'open-gop=0', '-movflags', `${CONTAINER_FLAGS}+frag_keyframe`],
  ];
}

/**
 * Sound starts with the picture at 0 and lasts as long. The encoder's priming frame, which lies before 0, is dropped:
 * it would need an edit list, and without one it shifts the sound by a frame.
 */
function audioArguments({ probe }: EncodeJob, rung: AudioRung): string[] {
  const { audio, durationMs } = probe;
  const length = durationMs === undefined ? '' : `,apad,atrim=end=${seconds(durationMs)}`;
  return [
    ...['-map', `0:${audio?.streamIndex}`, '-af', `aresample=48000:async=1:first_pts=0${length}`],
    ...['-ac', '2', '-c:a', 'aac', '-b:a', String(rung.bps), '-bsf:a', 'noise=drop=lt(pts\\,0)'],
    ...['-movflags', CONTAINER_FLAGS, '-frag_duration', String(SEGMENT_S * 1_000_000)],
  ];
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(6);
}
