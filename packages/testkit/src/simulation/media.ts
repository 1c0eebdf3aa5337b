import type { CatalogRendition, CatalogTitle, Licence } from '@pressplay/protocol/messages';
import { etagOf } from '@pressplay/protocol/wire';
import { boxOf, concatBytes, segmentHead, segmentIndexBox } from './boxes.ts';
import { type Prng, prngFor } from './prng.ts';
import { sha256Hex } from './sha256.ts';
import type { ShelvedFile } from './shelf-disk-store.ts';

/** A title made of noise: real boxes, real hashes, no picture. */
export interface SyntheticTitle {
  readonly title: CatalogTitle;
  /** By file id. Shared by every server that holds the file: never write into them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface TitleRecipe {
  readonly titleId: string;
  readonly name?: string;
  readonly durationMs?: number;
  readonly segmentMs?: number;
  /** Default one, as large as the segment. */
  readonly fragmentsPerSegment?: number;
  readonly licence?: Licence;
  /** Average rates of the video ladder, lowest first; default five rungs from 200 kbit/s to 3 Mbit/s. */
  readonly videoBps?: readonly number[];
  /** 0 for a silent title. */
  readonly audioBps?: number;
  readonly seed?: number;
}

const DEFAULT_VIDEO_BPS = [200_000, 450_000, 900_000, 1_600_000, 3_000_000] as const;
const DEMO_TERRITORIES = ['US', 'DE', 'GB', 'FR'];

interface Rung {
  readonly renditionId: string;
  readonly averageBps: number;
  readonly traits:
    | Pick<Extract<CatalogRendition, { kind: 'video' }>, 'kind' | 'codec' | 'video'>
    | Pick<Extract<CatalogRendition, { kind: 'audio' }>, 'kind' | 'codec' | 'audio'>;
}

/** The same recipe gives the same bytes, everywhere. */
export function synthesizeTitle(recipe: TitleRecipe): SyntheticTitle {
  const { durationMs = 60_000, segmentMs = 4000, seed = 1, fragmentsPerSegment = 1 } = recipe;
  const durationsMs = segmentDurations(durationMs, segmentMs);
  const files = new Map<string, Uint8Array>();
  const renditions = rungsOf(recipe).map((rung) => {
    const random = prngFor(seed, `${recipe.titleId}/${rung.renditionId}`);
    const { rendition, bytes } = synthesizeRendition(rung, durationsMs, random, fragmentsPerSegment);
    files.set(rendition.fileId, bytes);
    return rendition;
  });
  const { titleId, name = `Noise ${titleId}`, licence = { territories: DEMO_TERRITORIES } } = recipe;
  return { title: { titleId, name, durationMs, licence, renditions }, files };
}

/** The title's files as a disk holds them. */
export function shelvedFilesOf({ title, files }: SyntheticTitle): ShelvedFile[] {
  return title.renditions.map(({ fileId, sha256, sizeBytes }) => {
    const bytes = files.get(fileId);
    if (!bytes) throw new Error(`Title ${title.titleId} lacks the bytes of file ${fileId}.`);
    return { entry: { fileId, titleId: title.titleId, sha256, sizeBytes }, bytes };
  });
}

function rungsOf({ videoBps = DEFAULT_VIDEO_BPS, audioBps = 64_000 }: TitleRecipe): Rung[] {
  const video = videoBps.map((averageBps, i): Rung => {
    const heightPx = [180, 270, 360, 540, 720, 1080, 1440, 2160][i] ?? 2160;
    const widthPx = Math.round((heightPx * 16) / 9 / 2) * 2;
    return {
      renditionId: `v${heightPx}`,
      averageBps,
      traits: { kind: 'video', codec: 'avc1.64001f', video: { widthPx, heightPx, frameRate: 25 } },
    };
  });
  const audio: Rung = {
    renditionId: 'a64',
    averageBps: audioBps,
    traits: { kind: 'audio', codec: 'mp4a.40.2', audio: { language: 'en', channels: 2, sampleRateHz: 48_000 } },
  };
  return audioBps > 0 ? [...video, audio] : video;
}

function segmentDurations(durationMs: number, segmentMs: number): number[] {
  const durationsMs = new Array<number>(Math.floor(durationMs / segmentMs)).fill(segmentMs);
  const restMs = durationMs - durationsMs.length * segmentMs;
  return restMs > 0 ? [...durationsMs, restMs] : durationsMs;
}

function synthesizeRendition(
  { renditionId, averageBps, traits }: Rung,
  durationsMs: readonly number[],
  random: Prng,
  fragmentsPerSegment: number,
): { rendition: CatalogRendition; bytes: Uint8Array } {
  // Scenes differ: segments between 0.6 and 1.4 times the average, audio nearly constant.
  const spread = traits.kind === 'video' ? 0.4 : 0.02;
  const sizes = durationsMs.map((ms) => Math.round(((averageBps * ms) / 8000) * (1 - spread + 2 * spread * random())));
  const init = concatBytes([boxOf('ftyp', asciiOf('iso6cmfc')), boxOf('moov', noise(600, random))]);
  const index = segmentIndexBox(sizes, durationsMs);
  const headSize = init.length + index.length;
  const bytes = noise(
    sizes.reduce((sum, size) => sum + size, headSize),
    random,
  );
  bytes.set(init);
  bytes.set(index, init.length);
  let at = headSize;
  sizes.forEach((size, i) => {
    for (let left = fragmentsPerSegment, endsAt = at + size; left > 0; left--) {
      const fragmentBytes = Math.floor((endsAt - at) / left);
      bytes.set(segmentHead(i, fragmentBytes), at);
      at += fragmentBytes;
    }
  });
  const hash = sha256Hex(bytes);
  const fileId = hash.slice(0, 32);
  const rendition = {
    ...traits,
    renditionId,
    fileId,
    etag: etagOf(fileId, bytes.length),
    sizeBytes: bytes.length,
    averageBps,
    peakBps: Math.max(...sizes.map((size, i) => Math.round((size * 8000) / (durationsMs[i] ?? 1)))),
    index: {
      initBase64: btoa(String.fromCharCode(...init)),
      initEnd: init.length,
      offset0: init.length + index.length,
      sizes,
      durationsMs: [...durationsMs],
    },
    sha256: hash,
  };
  return { rendition, bytes };
}

function noise(length: number, random: Prng): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = Math.floor(random() * 2 ** 32) | 1;
  for (let i = 0; i < words.length; i++) {
    // xorshift32 (Marsaglia): a few hundred megabytes a second.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
