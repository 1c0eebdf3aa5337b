import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { etagOf } from '@pressplay/protocol';
import type { CatalogSubtitles } from '@pressplay/protocol/messages';
import { IngestError } from './ingest-error.ts';
import { fileInput, type MediaInput } from './media-input.ts';
import { runTool } from './run-tool.ts';
import {
  besideFilm,
  chooseTracks,
  type SubtitleTrack,
  type TextStream,
  trackIdsOf,
  trackOfFile,
} from './subtitle-tracks.ts';

export interface SubtitleFile {
  readonly path: string;
  readonly track: CatalogSubtitles;
}

export interface SubtitleWork {
  readonly input: MediaInput;
  /** Text streams of that input. */
  readonly streams: readonly TextStream[];
  /** WebVTT and SubRip files. */
  readonly files: readonly string[];
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** The files beside a film that belong to it: `film.de.srt` to `film.mp4`. */
export async function subtitlesBeside(filmPath: string): Promise<string[]> {
  const folder = dirname(filmPath);
  const names = await readdir(folder).catch(() => []);
  return besideFilm(filmPath, names).map((name) => join(folder, name));
}

/** Makes WebVTT of everything that can be read. A stream without a single cue gives nothing; a file without one is a mistake. */
export async function makeSubtitles(work: SubtitleWork): Promise<SubtitleFile[]> {
  const tracks = chooseTracks(work.files.map(asTrack), work.streams);
  const ids = trackIdsOf(tracks);
  const made: SubtitleFile[] = [];
  for (const [number, track] of tracks.entries()) {
    const trackId = ids[number] ?? '';
    const path = join(work.folder, `text.${trackId}.vtt`);
    await convert(track, path, work);
    const bytes = await readFile(path);
    if (bytes.includes('-->')) made.push({ path, track: described(trackId, track, bytes) });
    else if ('path' in track.source) throw unreadable(track.source.path, 'there is no cue in it');
  }
  return made;
}

function asTrack(path: string): SubtitleTrack {
  const track = trackOfFile(path);
  if (track) return track;
  throw unreadable(path, 'subtitles are files as film.de.srt or film.de.sdh.vtt');
}

/** ffmpeg reads both forms, checks them and writes one. */
async function convert({ source }: SubtitleTrack, outputPath: string, { input, signal }: SubtitleWork): Promise<void> {
  const [from, map] =
    'path' in source
      ? [fileInput(source.path).inputArguments, '0:s:0']
      : [input.inputArguments, `0:${source.streamIndex}`];
  const args = ['-v', 'error', '-nostdin', '-y', ...from, '-map', map, '-c:s', 'webvtt', '-f', 'webvtt', outputPath];
  const { exitCode, stderr } = await runTool('ffmpeg', args, { signal });
  if (exitCode === 0) return;
  const label = 'path' in source ? source.path : `${input.label}, stream ${source.streamIndex}`;
  throw unreadable(label, stderr.trim().split('\n').at(-1) ?? `exit code ${exitCode}`);
}

function described(trackId: string, { language, kind }: SubtitleTrack, bytes: Buffer): CatalogSubtitles {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const fileId = sha256.slice(0, 32);
  const sizeBytes = bytes.length;
  return { trackId, language, kind, fileId, etag: etagOf(fileId, sizeBytes), sizeBytes, sha256 };
}

const unreadable = (source: string, reason: string): IngestError =>
  new IngestError('ingest/subtitles-unreadable', `cannot read the subtitles ${source}: ${reason}`, { source, reason });
