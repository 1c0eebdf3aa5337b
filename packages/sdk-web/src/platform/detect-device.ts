import type { DeviceCapabilities } from '@pressplay/sdk-core';

/** One probe per codec family: a profile and level that every decoder of the family has. */
const VIDEO_PROBES: readonly (readonly [family: string, mimeType: string])[] = [
  ['avc1', 'video/mp4; codecs="avc1.64001f"'],
  ['hvc1', 'video/mp4; codecs="hvc1.1.6.L93.B0"'],
  ['vp09', 'video/mp4; codecs="vp09.00.31.08"'],
  ['av01', 'video/mp4; codecs="av01.0.05M.08"'],
];
const AUDIO_PROBES: readonly (readonly [family: string, mimeType: string])[] = [
  ['mp4a', 'audio/mp4; codecs="mp4a.40.2"'],
  ['opus', 'audio/mp4; codecs="opus"'],
];

/**
 * The codec families that this browser's media source accepts. Where it has no media source at all, H.264 and AAC are
 * named nevertheless: the play is granted, and the engine says `media/unsupported`, which tells the reader what is missing.
 */
export function detectDevice(isTypeSupported: (mimeType: string) => boolean = browserProbe()): DeviceCapabilities {
  const videoCodecs = accepted(VIDEO_PROBES, isTypeSupported);
  if (videoCodecs.length === 0) return { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] };
  return { videoCodecs, audioCodecs: accepted(AUDIO_PROBES, isTypeSupported) };
}

function accepted(probes: typeof VIDEO_PROBES, isTypeSupported: (mimeType: string) => boolean): string[] {
  return probes.filter(([, mimeType]) => isTypeSupported(mimeType)).map(([family]) => family);
}

/** iPhones have only a managed media source. */
function browserProbe(): (mimeType: string) => boolean {
  const scope = globalThis as { MediaSource?: typeof MediaSource; ManagedMediaSource?: typeof MediaSource };
  const source = scope.MediaSource ?? scope.ManagedMediaSource;
  return (mimeType) => source?.isTypeSupported(mimeType) ?? false;
}
