import type { DeviceCapabilities } from '@pressplay/protocol/messages';

/** What the choice needs to know of a rendition. */
interface Candidate {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  readonly averageBps: number;
  readonly video?: { readonly heightPx: number };
}

export type RenditionPick<R> =
  | { readonly ok: true; readonly renditions: readonly R[]; readonly reason: 'within-limits' | 'smallest-above-limits' }
  | { readonly ok: false; readonly kind: 'video' | 'audio'; readonly codecs: readonly string[] };

/**
 * The renditions a device can decode and show. Where all lie above its limits, the smallest is kept: a small screen
 * scales down, it does not stay black. A device that names no audio codec gets the picture alone.
 */
export function pickRenditions<R extends Candidate>(
  renditions: readonly R[],
  device: DeviceCapabilities,
): RenditionPick<R> {
  const videos = renditions.filter((rendition) => rendition.kind === 'video');
  const audios = renditions.filter((rendition) => rendition.kind === 'audio');
  const decodableVideos = decodable(videos, device.videoCodecs);
  const decodableAudios = decodable(audios, device.audioCodecs);
  if (videos.length > 0 && decodableVideos.length === 0) return { ok: false, kind: 'video', codecs: codecsOf(videos) };
  const wantsSound = device.audioCodecs.length > 0 || videos.length === 0;
  if (wantsSound && audios.length > 0 && decodableAudios.length === 0) {
    return { ok: false, kind: 'audio', codecs: codecsOf(audios) };
  }
  const within = decodableVideos.filter((rendition) => fits(rendition, device));
  const smallest = decodableVideos.reduce<R[]>(
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
