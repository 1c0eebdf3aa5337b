import fc from 'fast-check';
import type { AudioRendition, Rendition, SegmentIndex, VideoRendition } from '../../messages.ts';
import { etagOf } from '../../wire/etag.ts';

/** For tests: a title of every shape, each number made from the draft. */
export interface TitleDraft {
  readonly initEnd: number;
  readonly sidxBytes: number;
  readonly segments: readonly { readonly durationMs: number; readonly sizeBytes: number }[];
  readonly heights: readonly number[];
  readonly languages: readonly string[];
  readonly frameRate: number;
}

export const titleDrafts: fc.Arbitrary<TitleDraft> = fc.record({
  initEnd: fc.integer({ min: 1, max: 5000 }),
  sidxBytes: fc.integer({ min: 1, max: 5000 }),
  segments: fc.array(
    fc.record({
      durationMs: fc.integer({ min: 1, max: 9_999_999 }).map((us) => us / 1000),
      sizeBytes: fc.integer({ min: 1, max: 5_000_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  ),
  heights: fc.uniqueArray(
    fc.integer({ min: 1, max: 1080 }).map((half) => half * 2),
    { minLength: 1, maxLength: 6 },
  ),
  languages: fc.uniqueArray(fc.constantFrom('en', 'de', 'pt-BR', 'und'), { maxLength: 3 }),
  frameRate: fc.constantFrom(24, 25, 29.97, 23.976, 50, 12.5),
});

export function renditionsOf(draft: TitleDraft): Rendition[] {
  const index: SegmentIndex = {
    initBase64: '',
    initEnd: draft.initEnd,
    offset0: draft.initEnd + draft.sidxBytes,
    sizes: draft.segments.map(({ sizeBytes }) => sizeBytes),
    durationsMs: draft.segments.map(({ durationMs }) => durationMs),
  };
  const sizeBytes = index.sizes.reduce((sum, size) => sum + size, index.offset0);
  const file = (renditionId: string, number: number, codec: string, averageBps: number) => {
    const fileId = (number + 1).toString(16).padStart(32, 'f');
    return {
      renditionId,
      fileId,
      etag: etagOf(fileId, sizeBytes),
      sizeBytes,
      codec,
      averageBps,
      peakBps: averageBps * 1.5,
      index,
    };
  };
  const video = draft.heights.map(
    (heightPx, number): VideoRendition => ({
      kind: 'video',
      ...file(`v${heightPx}`, number, 'avc1.64001f', heightPx * 3000),
      video: { widthPx: heightPx * 2, heightPx, frameRate: draft.frameRate },
    }),
  );
  const audio = draft.languages.map(
    (language, number): AudioRendition => ({
      kind: 'audio',
      ...file(`a-${language.toLowerCase()}`, 100 + number, 'mp4a.40.2', 128_000),
      audio: { language, channels: 2, sampleRateHz: 48_000 },
    }),
  );
  return [...audio, ...video];
}
