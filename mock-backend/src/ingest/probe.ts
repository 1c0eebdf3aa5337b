import { IngestError } from './ingest-error.ts';
import { languageTag } from './language-tag.ts';
import type { MediaInput } from './media-input.ts';
import { runTool } from './run-tool.ts';
import type { TextStream } from './subtitle-tracks.ts';

/** What ingest needs to know of a source. */
export interface Probe {
  readonly video: {
    readonly streamIndex: number;
    /** As shown: after rotation, in square pixels. */
    readonly widthPx: number;
    readonly heightPx: number;
    readonly frameRate: number;
    readonly interlaced: boolean;
  };
  readonly audio: { readonly streamIndex: number; readonly channels: number; readonly language: string } | undefined;
  /** What can be read, as far as it is text and not pictures. */
  readonly text: readonly TextStream[];
  readonly durationMs: number | undefined;
}

export async function probeInput(input: MediaInput, signal?: AbortSignal): Promise<Probe> {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', ...input.inputArguments];
  const { exitCode, stdout, stderr } = await runTool('ffprobe', args, { signal });
  if (exitCode !== 0) {
    const reason = stderr.trim().split('\n').at(-1) ?? `exit code ${exitCode}`;
    throw new IngestError('ingest/source-unreadable', `cannot read ${input.label}: ${reason}`, {
      source: input.label,
      reason,
    });
  }
  const probe = readProbe(stdout, input.label);
  return input.durationMs === undefined ? probe : { ...probe, durationMs: input.durationMs };
}

interface ProbedStream {
  index: number;
  codec_type?: string;
  width?: number;
  height?: number;
  sample_aspect_ratio?: string;
  r_frame_rate?: string;
  avg_frame_rate?: string;
  field_order?: string;
  channels?: number;
  duration?: string;
  codec_name?: string;
  disposition?: { attached_pic?: number; default?: number; forced?: number; hearing_impaired?: number };
  tags?: Record<string, string>;
  side_data_list?: { rotation?: number }[];
}

/** Reads ffprobe's JSON. A cover picture is no video; of several tracks the one marked default counts, else the first. */
export function readProbe(json: string, label: string): Probe {
  const { streams = [], format = {} } = JSON.parse(json) as {
    streams?: ProbedStream[];
    format?: { duration?: string };
  };
  const video = pick(
    streams.filter((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1),
  );
  if (!video?.width || !video.height) {
    const found = streams.map((stream) => stream.codec_type ?? 'unknown').join(', ') || 'nothing';
    throw new IngestError('ingest/no-video', `${label} has no moving picture, only: ${found}`, {
      source: label,
      found,
    });
  }
  const audio = pick(streams.filter((stream) => stream.codec_type === 'audio' && (stream.channels ?? 0) > 0));
  return {
    video: {
      streamIndex: video.index,
      ...shownSize(video.width, video.height, video),
      frameRate: ratio(video.avg_frame_rate) ?? ratio(video.r_frame_rate) ?? 25,
      interlaced: ['tt', 'bb', 'tb', 'bt'].includes(video.field_order ?? ''),
    },
    audio: audio && {
      streamIndex: audio.index,
      channels: audio.channels ?? 2,
      language: languageTag(audio.tags?.language),
    },
    text: streams.filter(isText).map(textStream),
    durationMs: milliseconds(video.duration) ?? clockTime(video.tags?.DURATION) ?? milliseconds(format.duration),
  };
}

/** Subtitles of discs and broadcasts are pictures: nothing here reads them. */
const TEXT_CODECS = ['subrip', 'webvtt', 'mov_text', 'ass', 'ssa', 'text'];

const isText = ({ codec_type, codec_name = '' }: ProbedStream): boolean =>
  codec_type === 'subtitle' && TEXT_CODECS.includes(codec_name);

function textStream({ index, disposition, tags }: ProbedStream): TextStream {
  const said = disposition?.hearing_impaired === 1 ? 'captions' : 'subtitles';
  const kind = disposition?.forced === 1 ? 'forced' : said;
  return { streamIndex: index, language: languageTag(tags?.language), kind };
}

function pick(streams: ProbedStream[]): ProbedStream | undefined {
  return streams.find((stream) => stream.disposition?.default === 1) ?? streams[0];
}

function shownSize(width: number, height: number, stream: ProbedStream): { widthPx: number; heightPx: number } {
  const pixelAspect = ratio(stream.sample_aspect_ratio) ?? 1;
  const turned =
    Math.abs(stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0) % 180 === 90;
  const shownWidth = Math.round(width * pixelAspect);
  return turned ? { widthPx: height, heightPx: shownWidth } : { widthPx: shownWidth, heightPx: height };
}

/** `30000/1001` or `16:9` as a number; undefined for `0/0`, `0:1`, `N/A`. */
function ratio(text: string | undefined): number | undefined {
  const [numerator = Number.NaN, denominator = 1] = (text ?? '').split(/[/:]/).map(Number);
  const value = numerator / denominator;
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function milliseconds(secondsText: string | undefined): number | undefined {
  const value = Number(secondsText) * 1000;
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Matroska keeps a track's own length as a tag, `00:01:02.500000000`. */
function clockTime(text: string | undefined): number | undefined {
  const [, hours, minutes, seconds] = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text ?? '') ?? [];
  return milliseconds(String(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)));
}
