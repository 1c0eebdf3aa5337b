import { type HedgeServer, planHedge } from '../delivery/hedge.ts';
import { judgeSlowness } from '../delivery/too-slow.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lane } from './delivery-range-lane.ts';

/** How often the pace is judged: by time, for a server that crawls sends no chunks to judge it by. */
const JUDGE_EVERY_MS = 200;

export interface OtherServer extends HedgeServer {
  readonly ocaId: string;
  readonly predictedMs: number;
}

/** What is still to come of a range, and who else could bring it. */
export interface RangeRest {
  /** First byte not yet delivered. */
  readonly reachedByte: number;
  /** Exclusive. */
  readonly endByte: number;
  readonly neededInMs: number;
  readonly mediaBps: number;
  /** Of the server that is judged. */
  readonly latencyMs: number;
  /** `may`: no hedge yet. `running`: its tail is coming. `waiting`: the tail is there, and only this is missing. */
  readonly hedge: 'may' | 'none' | 'running' | 'waiting';
  /** The best other one to go to, or to ask for a part; looked for only where it matters. */
  other(forPart?: boolean): OtherServer | undefined;
}

export type LaneVerdict =
  | { readonly act: 'go-on' }
  | { readonly act: 'hedge'; readonly ocaId: string; readonly meetByte: number }
  | { readonly act: 'leave'; readonly bps: number }
  | { readonly act: 'leave-suspect' };

/** What to do about the server of a running range: help it, leave it, or let it go on. */
export function judgeLane(lane: Lane, rest: RangeRest): LaneVerdict {
  if (lane.isSuspect && !lane.transfer.isFlowing && rest.other()) return { act: 'leave-suspect' };
  if (rest.hedge === 'running') return { act: 'go-on' };
  if (rest.hedge === 'may') {
    const plan = hedgePlan(lane, rest);
    if (plan) return plan;
  }
  const recent = lane.pace.recent();
  const input = {
    ...recent,
    ...(lane.transfer.isFlowing && { latestBps: lane.pace.range().mostBps }),
    remainingBytes: rest.endByte - rest.reachedByte,
    neededInMs: rest.hedge === 'waiting' ? 0 : rest.neededInMs,
    mediaBps: rest.mediaBps,
  };
  if (judgeSlowness(input).reason !== 'none-better') return { act: 'go-on' };
  const other = rest.other();
  if (!other || !judgeSlowness({ ...input, other }).move) return { act: 'go-on' };
  return { act: 'leave', bps: recent.recentBps };
}

function hedgePlan(
  lane: Lane,
  { reachedByte, endByte, neededInMs, latencyMs, other }: RangeRest,
): LaneVerdict | undefined {
  const input = { reachedByte, endByte, neededInMs, latencyMs, ...lane.pace.range() };
  const isLate = planHedge(input).reason === 'none-better';
  const helper = isLate ? other(true) : undefined;
  const plan = helper && planHedge({ ...input, other: helper });
  return helper && plan?.hedge ? { act: 'hedge', ocaId: helper.ocaId, meetByte: plan.meetByte } : undefined;
}

/** Calls `judge` again and again. Gives a function that stops it. */
export function watchPace(clock: Clock, judge: () => void): () => void {
  let cancel = (): void => {};
  let isOver = false;
  const next = (): void => {
    cancel = clock.schedule(JUDGE_EVERY_MS, () => {
      judge();
      if (!isOver) next();
    });
  };
  next();
  return () => {
    isOver = true;
    cancel();
  };
}
