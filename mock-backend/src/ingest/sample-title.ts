import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import { writeCardSubtitles } from './card-subtitles.ts';
import { DEFAULT_LADDER, type LadderPreset } from './choose-ladder.ts';
import { type IngestSettings, ingestInput } from './ingest.ts';
import { findCardFont, renditionNameFilter, type TestCard, testCardInput } from './test-card.ts';

export interface SamplePreset {
  readonly card: Omit<TestCard, 'fontPath'>;
  readonly ladder: LadderPreset;
}

/** What `npm start` makes for itself: motion all along, so that each rung is worth its name. */
export const FULL_SAMPLE: SamplePreset = {
  card: { durationS: 64, noise: { fromS: 0, toS: 64, strength: 8 } },
  ladder: { ...DEFAULT_LADDER, encoderPreset: 'ultrafast', crf: 23 },
};

/** What the repository keeps: nearly still, but for four segments in which the top rung needs more than 2 Mbit/s. */
export const KEPT_SAMPLE: SamplePreset = {
  card: { durationS: 64, noise: { fromS: 12, toS: 20, strength: 60 } },
  ladder: {
    video: [
      { shortSidePx: 720, maxBps: 2_100_000 },
      { shortSidePx: 432, maxBps: 180_000 },
      { shortSidePx: 324, maxBps: 100_000 },
      { shortSidePx: 234, maxBps: 75_000 },
      { shortSidePx: 180, maxBps: 60_000 },
    ],
    audioBps: [64_000],
    encoderPreset: 'medium',
    crf: 38,
    bufferMs: 500,
  },
};

export interface SampleOptions extends Pick<IngestSettings, 'origin' | 'workDir' | 'onProgress' | 'signal'> {
  readonly preset?: SamplePreset;
}

/** Makes the test card and puts it into the origin, by the same path as any film. Throws `IngestError`. */
export async function makeSampleTitle({ preset = FULL_SAMPLE, ...settings }: SampleOptions): Promise<CatalogTitle> {
  const fontPath = await findCardFont(settings.signal);
  const folder = await mkdtemp(join(settings.workDir ?? tmpdir(), 'pressplay-card-'));
  try {
    return await ingestInput(testCardInput({ ...preset.card, fontPath }), {
      ...settings,
      titleId: 'test-card',
      name: 'Pressplay test card',
      licence: { territories: ['US', 'DE', 'GB', 'FR'] },
      ladder: preset.ladder,
      extraFilters: (rung) => [renditionNameFilter(rung, fontPath)],
      subtitles: await writeCardSubtitles(folder, preset.card.durationS),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
