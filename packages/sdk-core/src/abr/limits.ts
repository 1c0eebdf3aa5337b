import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrLimits } from './abr-context.ts';

export type LimitReason =
  /** What the device decodes. */
  | 'device'
  /** What the app asked for. */
  | 'app'
  /** More pixels than the picture has on screen. */
  | 'viewport'
  /** The viewer saves data. */
  | 'data-saver'
  /** The device drops too many frames of it. */
  | 'dropped-frames'
  /** What the server asked for. */
  | 'server';

/** An upper bound, and where it comes from. */
export interface Limit extends AbrLimits {
  readonly reason: LimitReason;
}

export interface LimitInputs {
  /** The ladder, lowest first: the viewport is covered by one of its rungs. */
  readonly video: readonly RenditionView[];
  readonly device?: AbrLimits;
  readonly app?: AbrLimits;
  readonly viewport?: { readonly widthPx: number; readonly heightPx: number } | undefined;
  readonly savesData?: boolean | undefined;
  readonly droppedFrames?: AbrLimits | undefined;
  readonly serverBps?: number | undefined;
}

/** DVD quality at a third of what HD costs. */
const DATA_SAVER: AbrLimits = { maxHeightPx: 480, maxVideoBps: 1_500_000 };

/** The upper bounds that hold now, and the least of them all. */
export function limitsOf(inputs: LimitInputs): AbrLimits & { readonly limits: readonly Limit[] } {
  const { device, app, droppedFrames, serverBps } = inputs;
  const candidates: readonly (Limit | undefined)[] = [
    { reason: 'device', ...device },
    { reason: 'app', ...app },
    { reason: 'viewport', maxHeightPx: coveringHeightPx(inputs) },
    inputs.savesData ? { reason: 'data-saver', ...DATA_SAVER } : undefined,
    { reason: 'dropped-frames', ...droppedFrames },
    { reason: 'server', maxVideoBps: serverBps },
  ];
  const limits = candidates.flatMap((limit) => (limit && bounds(limit) ? [limit] : []));
  return {
    maxVideoBps: least(limits.map(({ maxVideoBps }) => maxVideoBps)),
    maxHeightPx: least(limits.map(({ maxHeightPx }) => maxHeightPx)),
    limits,
  };
}

const bounds = ({ maxVideoBps, maxHeightPx }: AbrLimits): boolean =>
  maxVideoBps !== undefined || maxHeightPx !== undefined;

function least(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length > 0 ? Math.min(...given) : undefined;
}

/** Of the lowest rendition that is no smaller on screen than the picture: better ones would not look better. */
function coveringHeightPx({ video, viewport }: LimitInputs): number | undefined {
  if (!viewport || viewport.widthPx <= 0 || viewport.heightPx <= 0) return undefined;
  return video.find(({ widthPx = 0, heightPx = 0 }) => widthPx >= viewport.widthPx || heightPx >= viewport.heightPx)
    ?.heightPx;
}
