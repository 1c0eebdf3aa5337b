import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemas } from '@pressplay/protocol';
import type { CatalogRendition, CatalogSubtitles, CatalogTitle, Licence } from '@pressplay/protocol/messages';
import { isOriginError, type Origin } from '../origin/index.ts';
import { type AudioRung, chooseLadder, DEFAULT_LADDER, type LadderPreset, type VideoRung } from './choose-ladder.ts';
import { describeRendition } from './describe-rendition.ts';
import { encodeRenditions } from './encode-renditions.ts';
import { storePlaylists } from './hls-playlists.ts';
import { IngestError } from './ingest-error.ts';
import { makeSubtitles, type SubtitleFile, subtitlesBeside } from './make-subtitles.ts';
import { fileInput, type MediaInput } from './media-input.ts';
import { probeInput } from './probe.ts';
import { badOutput } from './segment-index.ts';

export interface IngestProgress {
  readonly phase: 'probing' | 'encoding' | 'storing';
  /** Of the whole ingest, from 0 to 1. */
  readonly fraction: number;
}

export interface IngestSettings {
  readonly titleId: string;
  readonly name: string;
  readonly licence: Licence;
  readonly origin: Origin;
  /** Where the encodes lie until they are in the origin; the system's temporary folder where not given. */
  readonly workDir?: string;
  readonly onProgress?: (progress: IngestProgress) => void;
  readonly ladder?: LadderPreset;
  /** WebVTT and SubRip files beside the text streams of the source, named as `film.de.srt`, `film.de.sdh.vtt`, `film.de.forced.srt`. */
  readonly subtitles?: readonly string[];
  readonly signal?: AbortSignal;
  /** Filters for one rendition alone, after scaling. */
  readonly extraFilters?: (rung: VideoRung) => readonly string[];
}

export interface IngestOptions extends IngestSettings {
  readonly sourcePath: string;
}

/**
 * Makes a playable title of any video that ffmpeg reads and puts it into the origin, the files first; with it the subtitles
 * that lie beside it under its name. Throws `IngestError`, or the signal's reason when cancelled; then no process and no file
 * of the work is left.
 */
export async function ingest({ sourcePath, ...settings }: IngestOptions): Promise<CatalogTitle> {
  const named = settings.subtitles ?? [];
  const beside = (await subtitlesBeside(sourcePath)).filter((path) => !named.includes(path));
  return ingestInput(fileInput(sourcePath), { ...settings, subtitles: [...named, ...beside] });
}

/** The same for anything that ffmpeg opens. */
export async function ingestInput(input: MediaInput, settings: IngestSettings): Promise<CatalogTitle> {
  const { workDir = tmpdir(), onProgress = () => {}, signal } = settings;
  signal?.throwIfAborted();
  expectTitleFields(settings);
  onProgress({ phase: 'probing', fraction: 0 });
  const folder = await workFolder(workDir);
  try {
    const encoded = await encodeAll(input, settings, folder);
    const title = assembleTitle(
      settings,
      encoded.renditions.map((file) => file.rendition),
      encoded.subtitles.map((file) => file.track),
    );
    signal?.throwIfAborted();
    onProgress({ phase: 'storing', fraction: 0.98 });
    const stored = await store(settings.origin, title, encoded);
    onProgress({ phase: 'storing', fraction: 1 });
    return stored;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Before any work: encoding a film for a name that the catalog will refuse helps nobody. */
function expectTitleFields({ titleId, name, licence }: IngestSettings): void {
  const checked = schemas.CatalogTitle.pick({ titleId: true, name: true, licence: true }).safeParse({
    titleId,
    name,
    licence,
  });
  const [issue] = checked.error?.issues ?? [];
  if (!issue) return;
  const field = issue.path.join('.');
  throw new IngestError('ingest/invalid-title', `${field} is not valid: ${issue.message}`, { titleId, field });
}

interface EncodedFile {
  readonly path: string;
  readonly rendition: CatalogRendition;
}

interface Encoded {
  readonly renditions: readonly EncodedFile[];
  readonly subtitles: readonly SubtitleFile[];
}

async function encodeAll(input: MediaInput, settings: IngestSettings, folder: string): Promise<Encoded> {
  const {
    ladder: preset = DEFAULT_LADDER,
    signal,
    onProgress = () => {},
    extraFilters,
    subtitles: files = [],
  } = settings;
  const probe = await probeInput(input, signal);
  // First: what is wrong with them is known in a moment, a film is encoded for hours.
  const subtitles = await makeSubtitles({ input, streams: probe.text, files, folder, signal });
  const ladder = chooseLadder(probe, preset);
  const pathOf = (rung: VideoRung | AudioRung) => join(folder, `${rung.renditionId}.mp4`);
  const rungs = [...ladder.video, ...ladder.audio];
  const jobs = rungs.map((rung) => ({
    ...{ input, probe, rung, preset, outputPath: pathOf(rung) },
    ...(rung.kind === 'video' && extraFilters ? { extraFilters: extraFilters(rung) } : {}),
  }));
  await encodeRenditions(jobs, {
    signal,
    onProgress: (fraction) => onProgress({ phase: 'encoding', fraction: 0.01 + fraction * 0.96 }),
  });
  const renditions = await Promise.all(
    rungs.map(async (rung) => ({ path: pathOf(rung), rendition: await describeRendition(pathOf(rung), rung) })),
  );
  return { renditions, subtitles };
}

/** Checks that a player may change the rendition at every border, and that the catalog will accept the title. */
export function assembleTitle(
  settings: Pick<IngestSettings, 'titleId' | 'name' | 'licence'>,
  renditions: CatalogRendition[],
  subtitles: readonly CatalogSubtitles[] = [],
): CatalogTitle {
  const { titleId, name, licence } = settings;
  const [reference, ...others] = renditions.filter((rendition) => rendition.kind === 'video');
  if (!reference) throw badOutput('no video rendition came out');
  const borders = reference.index.durationsMs.join();
  const odd = others.find((rendition) => rendition.index.durationsMs.join() !== borders);
  if (odd)
    throw badOutput(`${odd.renditionId} has other segment borders than ${reference.renditionId}`, {
      renditionId: odd.renditionId,
    });
  const durationMs = Math.round(reference.index.durationsMs.reduce((sum, ms) => sum + ms, 0));
  const checked = schemas.CatalogTitle.safeParse({
    ...{ titleId, name, durationMs, licence, renditions },
    ...(subtitles.length > 0 && { subtitles }),
  });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw badOutput(`the title is not valid at ${issue?.path.join('.')}: ${issue?.message}`, { titleId });
}

/** Answers with the title as it is stored. */
async function store(origin: Origin, title: CatalogTitle, { renditions, subtitles }: Encoded): Promise<CatalogTitle> {
  try {
    for (const { path, rendition } of renditions) await origin.put(path, rendition.fileId);
    for (const { path, track } of subtitles) await origin.put(path, track.fileId);
    const stored = await storePlaylists(origin, title);
    await origin.putTitle(stored);
    return stored;
  } catch (error) {
    if (isOriginError(error) && error.code === 'origin/disk-full')
      throw new IngestError(
        'ingest/disk-full',
        'no space left in the origin',
        { titleId: title.titleId },
        { cause: error },
      );
    throw error;
  }
}

async function workFolder(workDir: string): Promise<string> {
  try {
    await mkdir(workDir, { recursive: true });
    return await mkdtemp(join(workDir, 'pressplay-ingest-'));
  } catch (cause) {
    const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
    if (full) throw new IngestError('ingest/disk-full', `no space left in ${workDir}`, { workDir }, { cause });
    throw cause;
  }
}
