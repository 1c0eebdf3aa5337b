import { describe, expect, it } from 'vitest';
import { chooseLadder } from './choose-ladder.ts';
import { ffmpegArguments } from './ffmpeg-arguments.ts';
import { fileInput } from './media-input.ts';
import type { Probe } from './probe.ts';

const probe: Probe = {
  video: { streamIndex: 3, widthPx: 1920, heightPx: 1080, frameRate: 29.97, interlaced: true },
  audio: { streamIndex: 5, channels: 6, language: 'und' },
  text: [],
  durationMs: 9000,
};
const ladder = chooseLadder(probe);
const [video] = ladder.video;
const [audio] = ladder.audio;
const base = { input: fileInput('-i:odd|name.mp4'), probe, threads: 2, outputPath: '/tmp/x.mp4' };
const preset = { encoderPreset: 'veryfast', bufferMs: 1000 } as const;
const after = (args: string[], option: string) => args[args.indexOf(option) + 1];

describe("ffmpeg's arguments", () => {
  it('put a key frame on the same frame of every rendition, also at 29.97 frames per second', () => {
    const grids = ladder.video.map((rung) => {
      const args = ffmpegArguments({ ...base, preset, rung });
      return ['-g', '-keyint_min', '-sc_threshold', '-force_key_frames'].map((option) => after(args, option)).join();
    });
    expect(new Set(grids)).toEqual(new Set(['60,60,0,expr:not(mod(n,60))']));
  });

  it('draw what is for one rendition alone after scaling, and undo interlacing before', () => {
    const args = ffmpegArguments({ ...base, preset, rung: video!, extraFilters: ['drawtext=text=x'] });
    expect(after(args, '-vf')).toBe(
      'bwdif=deint=interlaced,fps=fps=30000/1001:start_time=0,scale=1280:720:flags=bicubic,setsar=1,format=yuv420p,drawtext=text=x',
    );
    expect(after(args, '-map')).toBe('0:3');
  });

  it('make the sound as long as the picture, in stereo, without the priming frame', () => {
    const args = ffmpegArguments({ ...base, preset, rung: audio! });
    expect(after(args, '-map')).toBe('0:5');
    expect(after(args, '-af')).toContain('apad,atrim=end=9.000000');
    expect(after(args, '-ac')).toBe('2');
    expect(after(args, '-bsf:a')).toContain('drop=lt(pts');
  });

  it('never read a file name as an option or a protocol', () => {
    expect(after(ffmpegArguments({ ...base, preset, rung: video! }), '-i')).toBe('file:-i:odd|name.mp4');
  });
});
