import type { PlayResponse, Rendition } from '@pressplay/protocol/messages';
import { PlayerError } from '../errors/player-error.ts';
import { decodeBase64 } from './base64.ts';
import type { Presentation, RenditionView, SegmentView } from './presentation.ts';

/** Borders of aligned renditions may differ by this much: less than one frame at 24 Hz. */
const BORDER_TOLERANCE_MS = 40;

/**
 * What an engine plays, from what the backend answered.
 * @throws PlayerError `region/bad-response` where an index contradicts itself or its file.
 */
export function presentationOf(response: PlayResponse): Presentation {
  const renditions = response.fileSets.flatMap((set) => set.renditions).map(viewOf);
  const video = renditions.filter((view) => view.kind === 'video').sort((a, b) => a.averageBps - b.averageBps);
  const audio = renditions.filter((view) => view.kind === 'audio');
  const [lowest, ...others] = video;
  if (!lowest) throw badIndex('The title has no video rendition', '');
  for (const view of others) requireSameBorders(lowest, view);
  return { titleId: response.titleId, titleName: response.titleName, durationMs: response.durationMs, video, audio };
}

function viewOf(rendition: Rendition): RenditionView {
  const { renditionId, fileId, etag, sizeBytes, codec, averageBps, peakBps } = rendition;
  const traits =
    rendition.kind === 'video'
      ? {
          kind: rendition.kind,
          widthPx: rendition.video.widthPx,
          heightPx: rendition.video.heightPx,
          frameRate: rendition.video.frameRate,
        }
      : { kind: rendition.kind, language: rendition.audio.language, channels: rendition.audio.channels };
  const file = { renditionId, fileId, etag, sizeBytes, codec, averageBps, peakBps };
  return { ...file, ...traits, initBytes: initOf(rendition), segments: segmentsOf(rendition) };
}

function initOf({ renditionId, index }: Rendition): Uint8Array {
  const bytes = decodeBase64(index.initBase64);
  if (!bytes) throw badIndex('The init segment is not base64', renditionId);
  if (bytes.length !== index.initEnd) {
    throw badIndex(`The init segment has ${bytes.length} bytes, not the ${index.initEnd} it says`, renditionId);
  }
  return bytes;
}

function segmentsOf({ renditionId, sizeBytes, index }: Rendition): readonly SegmentView[] {
  if (index.sizes.length !== index.durationsMs.length) {
    throw badIndex(`${index.sizes.length} sizes for ${index.durationsMs.length} durations`, renditionId);
  }
  if (index.offset0 < index.initEnd) throw badIndex('The first segment begins inside the init segment', renditionId);
  const isMeasured = index.quality?.length === index.sizes.length;
  let startMs = 0;
  let startByte = index.offset0;
  const segments = index.sizes.map((size, number) => {
    const durationMs = index.durationsMs[number] ?? 0;
    const quality = isMeasured ? index.quality?.[number] : undefined;
    const range = { startMs, durationMs, startByte, endByte: startByte + size };
    const segment: SegmentView = quality === undefined ? range : { ...range, quality };
    startMs += durationMs;
    startByte += size;
    return segment;
  });
  if (startByte > sizeBytes) throw badIndex(`Segments end at byte ${startByte} of ${sizeBytes}`, renditionId);
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
  if (!same) throw badIndex(`Segment borders differ from those of ${one.renditionId}`, other.renditionId);
}

function badIndex(problem: string, renditionId: string): PlayerError {
  return new PlayerError('region/bad-response', `${problem}.`, { problem, renditionId });
}
