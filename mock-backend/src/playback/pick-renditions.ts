import type { DeviceCapabilities, VideoTraits } from '@pressplay/protocol/messages';
import type { PictureLimits } from '../licensing/picture-limits.ts';

/** What the choice needs to know of a rendition. */
interface Candidate {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  readonly averageBps: number;
  readonly video?: Pick<VideoTraits, 'heightPx' | 'dynamicRange'>;
}

export type RenditionPick<R> =
  | { readonly ok: true; readonly renditions: readonly R[]; readonly reason: 'within-limits' | 'smallest-above-limits' }
  /** The device decodes none of these. */
  | { readonly ok: false; readonly why: 'codec'; readonly kind: 'video' | 'audio'; readonly codecs: readonly string[] }
  /** It decodes some, but plan or licence permit none of them. */
  | { readonly ok: false; readonly why: 'not-permitted'; readonly smallestHeightPx: number };

/**
 * The renditions that a device can decode and show and that plan and licence permit. Where all of them lie above the
 * device's own limits, the smallest is kept: a small screen scales down, it does not stay black. What is not permitted
 * stays out whatever is left. A device that names no audio codec gets the picture alone.
 */
export function pickRenditions<R extends Candidate>(
  renditions: readonly R[],
  device: DeviceCapabilities,
  permitted: PictureLimits = EVERYTHING,
): RenditionPick<R> {
  const videos = renditions.filter((rendition) => rendition.kind === 'video');
  const audios = renditions.filter((rendition) => rendition.kind === 'audio');
  const decodableVideos = decodable(videos, device.videoCodecs).filter((rendition) => shows(rendition, device));
  const decodableAudios = decodable(audios, device.audioCodecs);
  if (videos.length > 0 && decodableVideos.length === 0) return noCodec('video', videos);
  const wantsSound = device.audioCodecs.length > 0 || videos.length === 0;
  if (wantsSound && audios.length > 0 && decodableAudios.length === 0) {
    return noCodec('audio', audios);
  }
  const permittedVideos = decodableVideos.filter((rendition) => isPermitted(rendition, permitted));
  if (videos.length > 0 && permittedVideos.length === 0) {
    const heightsPx = decodableVideos.map((rendition) => rendition.video?.heightPx ?? 0);
    return { ok: false, why: 'not-permitted', smallestHeightPx: Math.min(...heightsPx) };
  }
  const within = permittedVideos.filter((rendition) => fits(rendition, device));
  const smallest = permittedVideos.reduce<R[]>(
    ([kept], next) => [kept === undefined || next.averageBps < kept.averageBps ? next : kept],
    [],
  );
  const picked = new Set<R>([...(within.length > 0 ? within : smallest), ...decodableAudios]);
  return {
    ok: true,
    renditions: renditions.filter((rendition) => picked.has(rendition)),
    reason: within.length > 0 || videos.length === 0 ? 'within-limits' : 'smallest-above-limits',
  };
}

const EVERYTHING: PictureLimits = {
  maxHeightPx: Number.POSITIVE_INFINITY,
  highDynamicRange: true,
  heightLimitedBy: 'none',
};

const noCodec = (kind: 'video' | 'audio', renditions: readonly Candidate[]) =>
  ({ ok: false, why: 'codec', kind, codecs: codecsOf(renditions) }) as const;

const rangeOf = ({ video }: Candidate): DynamicRange => video?.dynamicRange ?? 'sdr';
type DynamicRange = NonNullable<VideoTraits['dynamicRange']>;

const shows = (rendition: Candidate, { dynamicRanges = [] }: DeviceCapabilities): boolean =>
  rangeOf(rendition) === 'sdr' || dynamicRanges.includes(rangeOf(rendition));

const isPermitted = (rendition: Candidate, { maxHeightPx, highDynamicRange }: PictureLimits): boolean =>
  (rendition.video?.heightPx ?? 0) <= maxHeightPx && (highDynamicRange || rangeOf(rendition) === 'sdr');

/** `avc1.64001f` belongs to the family `avc1`. */
const familyOf = (codec: string): string => codec.split('.', 1)[0] ?? codec;

const decodable = <R extends Candidate>(renditions: readonly R[], families: readonly string[]): readonly R[] =>
  renditions.filter((rendition) => families.some((family) => familyOf(family) === familyOf(rendition.codec)));

const fits = (rendition: Candidate, { maxHeightPx, maxVideoBps }: DeviceCapabilities): boolean =>
  (rendition.video?.heightPx ?? 0) <= (maxHeightPx ?? Number.POSITIVE_INFINITY) &&
  rendition.averageBps <= (maxVideoBps ?? Number.POSITIVE_INFINITY);

const codecsOf = (renditions: readonly Candidate[]): readonly string[] => [
  ...new Set(renditions.map(({ codec }) => codec)),
];
