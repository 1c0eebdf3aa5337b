import { type Cmcd, toCmcdValue } from '@svta/cml-cmcd';
import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import type { PlayerStats } from '../player-events.ts';
import { kbps, ofType, playKeys } from './play-keys.ts';

/** What a media request asks for. */
export interface AskedMedia {
  readonly rendition: RenditionView;
  /** Absent where the bytes lie in no segment: a probe. */
  readonly segmentNumber?: number;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
}

const MEDIA_URL = /\/([0-9a-f]{32})$/;
const RANGE = /^bytes=(\d+)-(\d+)$/;

/** Which bytes of the title a request is for; undefined where it is for something else. */
export function askedMedia(
  presentation: Presentation,
  request: { readonly url: string; readonly headers?: Readonly<Record<string, string>> },
): AskedMedia | undefined {
  const [, fileId] = MEDIA_URL.exec(request.url) ?? [];
  const [, first, last] = RANGE.exec(request.headers?.Range ?? '') ?? [];
  const rendition = [...presentation.video, ...presentation.audio].find((view) => view.fileId === fileId);
  if (!rendition || first === undefined) return undefined;
  const startByte = Number(first);
  const segmentNumber = rendition.segments.findIndex(
    (segment) => startByte >= segment.startByte && startByte < segment.endByte,
  );
  const asked = { rendition, startByte, endByte: Number(last) + 1 };
  return segmentNumber < 0 ? asked : { ...asked, segmentNumber };
}

export interface RequestSituation {
  readonly stats: PlayerStats;
  readonly presentation: Presentation;
  /** The server asked. */
  readonly ocaId?: string | undefined;
  readonly throughputBps?: number | undefined;
  /** Needed soon: at the start, after a seek, after a stall. */
  readonly isUrgent: boolean;
  /** The picture stood still since the request before. */
  readonly wasStarved: boolean;
}

/** The keys of a media request. A probe says that nobody will see its bytes. */
export function requestKeys(asked: AskedMedia, situation: RequestSituation): Cmcd {
  const { rendition, segmentNumber } = asked;
  const { stats, presentation, ocaId, throughputBps, isUrgent, wasStarved } = situation;
  const segment = segmentNumber === undefined ? undefined : rendition.segments[segmentNumber];
  const common: Cmcd = {
    ...playKeys(stats, presentation),
    ...(ocaId !== undefined && { cdn: ocaId }),
    ...(throughputBps !== undefined && { mtp: [kbps(throughputBps)] }),
  };
  if (!segment) return { ...common, nr: true };
  const ot = rendition.kind === 'video' ? 'v' : 'a';
  return {
    ...common,
    ot,
    d: Math.round(segment.durationMs),
    br: [ofType(rendition.peakBps, ot)],
    tb: [ofType(Math.max(...presentation[rendition.kind].map(({ peakBps }) => peakBps)), ot)],
    bl: [stats.bufferAheadMs],
    ...nextObject(asked),
    ...(wasStarved && { bs: true }),
    ...(isUrgent ? { su: true } : { rtp: kbps(sufficientBps(presentation)) }),
  };
}

/** Twice the best quality: more would not help, and half of it goes by unnoticed. */
function sufficientBps({ video, audio }: Presentation): number {
  const best = (views: readonly RenditionView[]): number => Math.max(0, ...views.map(({ peakBps }) => peakBps));
  return 2 * (best(video) + best(audio));
}

/** If nothing changes, the next segment of the same file; the name is relative to this request. */
function nextObject({ rendition, segmentNumber = -1 }: AskedMedia): Pick<Cmcd, 'nor'> {
  const next = rendition.segments[segmentNumber + 1];
  if (!next) return {};
  return { nor: [toCmcdValue(rendition.fileId, { r: `byte=${next.startByte}-${next.endByte - 1}` })] };
}
