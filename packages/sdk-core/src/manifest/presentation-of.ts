import type {
  AudioTraits,
  PlayResponse,
  Rendition,
  SegmentIndex,
  SegmentIndexFile,
  VideoTraits,
} from '@pressplay/protocol/messages';
import { wholeIndex } from '@pressplay/protocol/wire';
import { PlayerError } from '../errors/player-error.ts';
import { decodeBase64 } from './base64.ts';
import type { Presentation, RenditionView, SegmentView } from './presentation.ts';

/** Borders of aligned renditions may differ by this much: less than one frame at 24 Hz. */
const BORDER_TOLERANCE_MS = 40;

/**
 * What an engine plays, from what the backend answered; with the index file of a long film, from both.
 * @throws PlayerError `region/bad-response` where an index contradicts itself or its file.
 */
export function presentationOf(response: PlayResponse, file?: SegmentIndexFile): Presentation {
  const { titleId, titleName, durationMs, fileSets } = response;
  const renditions = fileSets.flatMap((set) => set.renditions).map((rendition) => viewOf(rendition, file));
  const video = renditions.filter((view) => view.kind === 'video').sort((a, b) => a.averageBps - b.averageBps);
  const audio = renditions.filter((view) => view.kind === 'audio');
  const [lowest, ...others] = video;
  if (!lowest) throw badIndex('There is no video', '');
  for (const view of others) requireSameBorders(lowest, view);
  return { titleId, titleName, durationMs, video, audio };
}

/**
 * Adds what the index file lists to the segments of a presentation, in place: engine and ABR hold these lists.
 * @throws as `presentationOf`
 */
export function addSegments({ video, audio }: Presentation, response: PlayResponse, file: SegmentIndexFile): void {
  const whole = presentationOf(response, file);
  const views = [...whole.video, ...whole.audio];
  for (const [at, { segments }] of [...video, ...audio].entries())
    (segments as SegmentView[]).push(...(views[at]?.segments.slice(segments.length) ?? []));
}

function viewOf(rendition: Rendition, rest: SegmentIndexFile | undefined): RenditionView {
  const { index: inline, video, audio, ...file } = rendition as Rendition & Traits;
  const index = rest ? wholeIndex(rendition, rest) : inline;
  if (!index) throw badIndex('The index file does not fit', file.renditionId);
  const initBytes = decodeBase64(index.initBase64);
  if (initBytes?.length !== index.initEnd)
    throw badIndex('The init segment is not what the index says', file.renditionId);
  return { ...file, ...video, ...audio, initBytes, segments: segmentsOf(rendition, index) };
}

/** One of them, by kind. */
interface Traits {
  readonly video?: VideoTraits;
  readonly audio?: AudioTraits;
}

function segmentsOf({ renditionId, sizeBytes }: Rendition, index: SegmentIndex): readonly SegmentView[] {
  const { initEnd, offset0, sizes, durationsMs, quality } = index;
  const isMeasured = quality?.length === sizes.length;
  let startMs = 0;
  let startByte = offset0;
  const segments = sizes.map((size, number) => {
    const durationMs = durationsMs[number] ?? 0;
    const range = { startMs, durationMs, startByte, endByte: startByte + size };
    const segment: SegmentView = isMeasured ? { ...range, quality: quality[number] ?? 0 } : range;
    startMs += durationMs;
    startByte += size;
    return segment;
  });
  if (sizes.length !== durationsMs.length || offset0 < initEnd || startByte > sizeBytes)
    throw badIndex('The index contradicts itself or its file', renditionId);
  return segments;
}

/** ABR changes renditions at segment borders: they must be the same moments in all of them. */
function requireSameBorders(one: RenditionView, other: RenditionView): void {
  const same =
    one.segments.length === other.segments.length &&
    one.segments.every((segment, number) => {
      const startMs = other.segments[number]?.startMs ?? Number.NaN;
      return Math.abs(segment.startMs - startMs) <= BORDER_TOLERANCE_MS;
    });
  if (!same) throw badIndex('Its segments have other borders', other.renditionId);
}

function badIndex(problem: string, renditionId: string): PlayerError {
  return new PlayerError('region/bad-response', `${problem}.`, { problem, renditionId });
}
