import type { Probe } from './probe.ts';

export const SEGMENT_S = 2;

export interface VideoRung {
  readonly kind: 'video';
  readonly renditionId: string;
  /** For people, as `720p 2500k`. */
  readonly label: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** What the decoder's buffer is fed with at most. */
  readonly maxBps: number;
  /** x264's constant quality below that: higher is smaller. */
  readonly crf: number;
  readonly frameRate: FrameRate;
}

export interface AudioRung {
  readonly kind: 'audio';
  readonly renditionId: string;
  readonly label: string;
  readonly bps: number;
  readonly language: string;
}

/** A rate as the fraction that ffmpeg counts with. */
export interface FrameRate {
  readonly numerator: number;
  readonly denominator: number;
}

export interface Ladder {
  readonly video: readonly VideoRung[];
  readonly audio: readonly AudioRung[];
  readonly reason: 'full' | 'scaled-to-source';
}

export interface LadderPreset {
  /** Largest first. The height of a landscape picture, the width of a portrait one. */
  readonly video: readonly { readonly shortSidePx: number; readonly maxBps: number }[];
  readonly audioBps: readonly number[];
  /** x264's words for effort and for quality: higher `crf`, smaller files. */
  readonly encoderPreset: 'ultrafast' | 'veryfast' | 'medium' | 'slow';
  readonly crf: number;
  /** How much the decoder's buffer holds: the shorter, the more even are the segments' sizes. */
  readonly bufferMs: number;
}

/** Ends at 720p: the demo's browser may have to decode in software. */
export const DEFAULT_LADDER: LadderPreset = {
  video: [
    { shortSidePx: 720, maxBps: 2_500_000 },
    { shortSidePx: 540, maxBps: 1_400_000 },
    { shortSidePx: 432, maxBps: 900_000 },
    { shortSidePx: 360, maxBps: 600_000 },
    { shortSidePx: 234, maxBps: 300_000 },
  ],
  audioBps: [128_000],
  encoderPreset: 'veryfast',
  crf: 21,
  bufferMs: 1000,
};

/** Encoders refuse tinier pictures, so here alone a source may be scaled up. */
const LEAST_SIDE_PX = 32;
/** What H.264 decoders take. */
const LONGEST_SIDE_PX = 4096;
/** The widest cinema picture; a longer strip is held to the same length. */
const LONGEST_ASPECT = 2.4;
/** Rungs of the same size, as tiny sources have them, differ in quality. */
const CRF_STEP = 4;
const LEAST_RATE_SHARE = 0.02;
/** Bits grow slower than pixels: small pictures need more bits per pixel. */
const BITS_PER_PIXEL_EXPONENT = 0.75;

/**
 * As many rungs as the preset has, none larger than the source: where the source is smaller than the top rung, the whole
 * ladder shrinks with it.
 */
export function chooseLadder(probe: Probe, preset: LadderPreset = DEFAULT_LADDER): Ladder {
  const { widthPx, heightPx } = probe.video;
  const topShortSidePx = Math.max(...preset.video.map((rung) => rung.shortSidePx));
  const shrink = Math.min(1, Math.min(widthPx, heightPx) / topShortSidePx);
  const frameRate = chooseFrameRate(probe.video.frameRate);
  const names = new Set<string>();
  const sizes: string[] = [];
  const video = preset.video.map((rung): VideoRung => {
    const size = sizeOf(probe.video, rung.shortSidePx * shrink);
    const sizeText = `${size.widthPx}x${size.heightPx}`;
    const crf = preset.crf + sizes.filter((each) => each === sizeText).length * CRF_STEP;
    sizes.push(sizeText);
    const maxBps = kilobits(rung.maxBps * Math.max((shrink ** 2) ** BITS_PER_PIXEL_EXPONENT, LEAST_RATE_SHARE));
    const shortSidePx = Math.min(size.widthPx, size.heightPx);
    const label = `${shortSidePx}p ${maxBps / 1000}k`;
    return { kind: 'video', renditionId: unused(`v${shortSidePx}`, names), label, ...size, maxBps, crf, frameRate };
  });
  return { video, audio: audioRungs(probe, preset), reason: shrink < 1 ? 'scaled-to-source' : 'full' };
}

function audioRungs({ audio }: Probe, { audioBps }: LadderPreset): AudioRung[] {
  if (!audio) return [];
  const { language } = audio;
  return audioBps.map((bps) => ({
    kind: 'audio',
    renditionId: `a${bps / 1000}`,
    label: `audio ${bps / 1000}k`,
    bps,
    language,
  }));
}

function sizeOf(
  source: { widthPx: number; heightPx: number },
  shortSidePx: number,
): { widthPx: number; heightPx: number } {
  const short = Math.min(source.widthPx, source.heightPx);
  const long = Math.max(source.widthPx, source.heightPx);
  const wanted = Math.min(1, shortSidePx / short, (shortSidePx * LONGEST_ASPECT) / long);
  const scale = Math.max(wanted, LEAST_SIDE_PX / short);
  return { widthPx: evenSide(source.widthPx, scale), heightPx: evenSide(source.heightPx, scale) };
}

/** 4:2:0 pictures have even sides; none is rounded up beyond the source. */
function evenSide(sourcePx: number, scale: number): number {
  const nearest = Math.round((sourcePx * scale) / 2) * 2;
  const even = nearest > sourcePx && scale <= 1 ? nearest - 2 : nearest;
  return Math.min(LONGEST_SIDE_PX, Math.max(LEAST_SIDE_PX, even));
}

function kilobits(bps: number): number {
  return Math.round(bps / 1000) * 1000;
}

function unused(name: string, names: Set<string>): string {
  let candidate = name;
  for (let n = 2; names.has(candidate); n++) candidate = `${name}-${n}`;
  names.add(candidate);
  return candidate;
}

const COMMON_RATES: readonly FrameRate[] = [
  [10, 1],
  [12, 1],
  [25, 2],
  [15, 1],
  [24_000, 1001],
  [24, 1],
  [25, 1],
  [30_000, 1001],
  [30, 1],
  [48, 1],
  [50, 1],
  [60_000, 1001],
  [60, 1],
].map(([numerator = 1, denominator = 1]) => ({ numerator, denominator }));

/** Renditions have one constant rate, also where the source's varies: the nearest common one, else the next above. */
export function chooseFrameRate(averageFps: number): FrameRate {
  const distance = (rate: FrameRate) => Math.abs(fpsOf(rate) / averageFps - 1);
  const nearest = COMMON_RATES.reduce((best, rate) => (distance(rate) < distance(best) ? rate : best));
  if (distance(nearest) < 0.005) return nearest;
  return COMMON_RATES.find((rate) => fpsOf(rate) >= averageFps) ?? { numerator: 60, denominator: 1 };
}

export function fpsOf({ numerator, denominator }: FrameRate): number {
  return numerator / denominator;
}

/** Every segment but the last has this many frames, in each rendition alike. */
export function framesPerSegment(rate: FrameRate): number {
  return Math.round(SEGMENT_S * fpsOf(rate));
}
