import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrLimits } from './abr-context.ts';

export const DROPPED_FRAMES_DEFAULTS = {
  /** A rendition that loses more than this is too much for the device... */
  maxShare: 0.1,
  /** ...once so many of its frames were seen. A short burst, as after a seek or in a hidden page, says nothing. */
  leastFrames: 150,
  firstCapMs: 30_000,
  longestCapMs: 1_200_000,
} as const;

/** What frames were counted since, and what may not be shown until when. */
export interface DroppedFrames {
  readonly shownId?: string;
  readonly fromDropped: number;
  readonly fromTotal: number;
  /** Caps of the play so far: each lasts twice as long as the one before. */
  readonly caps: number;
  /** Renditions from this rate on are capped. */
  readonly belowBps?: number;
  readonly untilMs: number;
}

export const NO_DROPPED_FRAMES: DroppedFrames = { fromDropped: 0, fromTotal: 0, caps: 0, untilMs: 0 };

export interface FrameCounts {
  readonly droppedFrames?: number | undefined;
  readonly totalFrames?: number | undefined;
}

/** Takes the counts of now. They may begin again at zero: a new decoder. */
export function noteFrames(
  state: DroppedFrames,
  { droppedFrames, totalFrames }: FrameCounts,
  shown: RenditionView | undefined,
  nowMs: number,
): DroppedFrames {
  if (droppedFrames === undefined || totalFrames === undefined || !shown) return state;
  const restarted = { ...state, shownId: shown.renditionId, fromDropped: droppedFrames, fromTotal: totalFrames };
  if (state.shownId !== shown.renditionId || totalFrames < state.fromTotal) return restarted;
  const frames = totalFrames - state.fromTotal;
  if (frames < DROPPED_FRAMES_DEFAULTS.leastFrames) return state;
  const share = (droppedFrames - state.fromDropped) / frames;
  if (share <= DROPPED_FRAMES_DEFAULTS.maxShare) return restarted;
  const { firstCapMs, longestCapMs } = DROPPED_FRAMES_DEFAULTS;
  const lastsMs = Math.min(longestCapMs, firstCapMs * 2 ** state.caps);
  return { ...restarted, caps: state.caps + 1, belowBps: shown.averageBps, untilMs: nowMs + lastsMs };
}

/** The bound that holds now: everything below the rendition that was too much. */
export function droppedFramesLimit({ belowBps, untilMs }: DroppedFrames, nowMs: number): AbrLimits | undefined {
  return belowBps === undefined || nowMs >= untilMs ? undefined : { maxVideoBps: belowBps - 1 };
}
