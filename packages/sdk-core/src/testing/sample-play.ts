import type { AudioRendition, PlayResponse, TelemetryTarget, VideoRendition } from '@pressplay/protocol/messages';

/** How a sample title is cut. All of its numbers are made from these, none is recorded. */
export interface SampleShape {
  readonly segments?: number;
  readonly segmentMs?: number;
  /** Average rates of the video ladder. */
  readonly videoBps?: readonly number[];
  /** Absent for a silent title. */
  readonly audioBps?: number | undefined;
  readonly servers?: number;
  readonly telemetry?: TelemetryTarget;
}

const DEFAULTS = { segments: 10, segmentMs: 4000, videoBps: [300_000, 800_000, 1_600_000, 3_000_000], servers: 3 };
const INIT_BYTES = 24;
const SIDX_BYTES = 100;

/** A play response as a backend gives it, small and consistent. */
export function samplePlayResponse(shape: SampleShape = {}): PlayResponse {
  const { segments, segmentMs, videoBps, servers } = { ...DEFAULTS, ...shape };
  const audioBps = 'audioBps' in shape ? shape.audioBps : 128_000;
  const video = videoBps.map((bps, rung) => sampleVideo(bps, rung, segments, segmentMs));
  const audio = audioBps === undefined ? [] : [sampleAudio(audioBps, segments, segmentMs)];
  return {
    playId: '0123456789abcdef0123456789abcdef',
    titleId: 'sample-1',
    titleName: 'Sample',
    durationMs: segments * segmentMs,
    region: 'us-east-1',
    client: { address: '198.51.100.7', country: 'US', asn: 64501, provider: 'Fjord Broadband' },
    token: 'sample-token',
    expiresInMs: 3_600_000,
    servers: Array.from({ length: servers }, (_, rank) => ({
      ocaId: `oca-${rank}`,
      siteId: 'fjord-1',
      siteClass: 'embedded' as const,
      baseUrl: `http://oca-${rank}.test`,
      rank,
    })),
    fileSets: [{ servers: Array.from({ length: servers }, (_, rank) => rank), renditions: [...video, ...audio] }],
    ...(shape.telemetry && { telemetry: shape.telemetry }),
  };
}

/** Big for every third segment, small for the others, right on the average. */
function sizesOf(bps: number, segments: number, segmentMs: number): number[] {
  const mean = (bps * segmentMs) / 8000;
  return Array.from({ length: segments }, (_, number) => Math.round(mean * (number % 3 === 0 ? 1.2 : 0.9)));
}

function sampleFile(
  renditionId: string,
  bps: number,
  segments: number,
  segmentMs: number,
): Omit<VideoRendition, 'kind' | 'codec' | 'video'> {
  const sizes = sizesOf(bps, segments, segmentMs);
  const offset0 = INIT_BYTES + SIDX_BYTES;
  const fileId = [...renditionId]
    .map((c) => c.charCodeAt(0).toString(16))
    .join('')
    .padEnd(32, '0');
  return {
    renditionId,
    fileId,
    etag: `"${fileId.slice(0, 8)}-1"`,
    sizeBytes: sizes.reduce((sum, size) => sum + size, offset0),
    averageBps: bps,
    peakBps: bps * 1.2,
    index: {
      initBase64: 'AAAAGGZ0eXBpc281AAAAAWlzbzVkYXNo',
      initEnd: INIT_BYTES,
      offset0,
      sizes,
      durationsMs: sizes.map(() => segmentMs),
    },
  };
}

function sampleVideo(bps: number, rung: number, segments: number, segmentMs: number): VideoRendition {
  const heightPx = 180 * (rung + 1);
  return {
    kind: 'video',
    ...sampleFile(`v${heightPx}`, bps, segments, segmentMs),
    codec: 'avc1.64001f',
    video: { widthPx: (heightPx * 16) / 9, heightPx, frameRate: 25 },
  };
}

function sampleAudio(bps: number, segments: number, segmentMs: number): AudioRendition {
  return {
    kind: 'audio',
    ...sampleFile('a128', bps, segments, segmentMs),
    codec: 'mp4a.40.2',
    audio: { language: 'en', channels: 2, sampleRateHz: 48_000 },
  };
}
