import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext, AbrRule, RenditionChoice, RenditionReason } from './abr-context.ts';
import { type Forecast, forecastAt } from './forecast.ts';
import { highestUpTo, rungOf } from './permitted.ts';
import { lowestOf, startChoice } from './start-choice.ts';
import { UpcomingSegments } from './upcoming-segments.ts';
import { bitrateUtility, type Utility } from './utility.ts';
import { WorthPlan, type WorthPlanConfig } from './worth-plan.ts';

export interface LookAheadConfig extends WorthPlanConfig {
  readonly utility: Utility;
  /** Segments planned, the next one included; one more for each `goalPerSegmentS` of buffer. */
  readonly leastSegments: number;
  readonly mostSegments: number;
  readonly goalPerSegmentS: number;
  /** The first of them are planned singly, 2 or more; those after them two by two. */
  readonly singleSegments: number;
  /** The expected rate over the measured one. */
  readonly rateFactor: number;
  /** What another rendition must be worth more than staying, in seconds of the best quality. */
  readonly switchMargin: number;
}

/** Found by random search over sessions on recorded networks (3G, LTE, Wi-Fi, broadband), at 12, 30 and 60 s of buffer. */
export const LOOK_AHEAD_DEFAULTS: LookAheadConfig = {
  utility: bitrateUtility,
  leastSegments: 11,
  mostSegments: 14,
  goalPerSegmentS: 16,
  singleSegments: 4,
  rateFactor: 0.97,
  switchMargin: 0.005,
  drift: 0.07,
  memoryS: 18,
  deviationS: 2,
  spreadFactor: 0.7,
  leastSpread: 0.05,
  mostSpread: 1,
  outagesPerS: 0.002,
  outageS: 8,
  outageSegments: 4,
  bufferWorth: 0.7,
  ampleBufferS: 30,
  amplePrice: 0.005,
};

const DEFAULT_GOAL_MS = 30_000;
/** Audio that needs more than the network carries leaves this part to video. */
const LEAST_VIDEO_SHARE = 0.1;

/**
 * Plans the next segments by their real sizes and takes the rendition with which the expected quality of experience is
 * best: quality, less its changes, less waiting (the objective of MPC, Yin et al., SIGCOMM 2015), with chance in the
 * plan and a price on a thin buffer in place of MPC's single forecast. What a rule keeps between choices is scratch
 * space: its answers depend on the context alone.
 */
export function lookAhead(overrides: Partial<LookAheadConfig> = {}): AbrRule {
  const config = { ...LOOK_AHEAD_DEFAULTS, ...overrides };
  const segments = new UpcomingSegments(config.mostSegments, config.singleSegments, config.utility);
  const plan = new WorthPlan(config);
  return (context) => {
    const { current, throughputBps } = context;
    if (!current) return startChoice(context);
    if (throughputBps === undefined) return unchanged(context, current);
    const goalS = (context.bufferGoalMs ?? DEFAULT_GOAL_MS) / 1000;
    segments.read(context, segmentsPlanned(config, goalS));
    const bufferS = Math.min(context.bufferAheadMs / 1000, goalS);
    const forecast = videoForecast(context, throughputBps * config.rateFactor);
    plan.compute(segments, forecast, goalS, bufferS);
    const before = {
      rung: rungOf(context.video, current),
      quality: config.utility(current, context.segmentNumber, context.video),
    };
    const rung = bestRung(segments, plan, bufferS, before, config.switchMargin);
    const rendition = context.video[rung] ?? lowestOf(context.video);
    return { rendition, reason: reasonOf(rung, before.rung, arrivesInTime(segments, rung, forecast, bufferS)) };
  };
}

interface Before {
  /** -1 where it may not be chosen any more. */
  readonly rung: number;
  readonly quality: number;
}

function bestRung(
  segments: UpcomingSegments,
  plan: WorthPlan,
  bufferS: number,
  before: Before,
  margin: number,
): number {
  const { bits, quality, durationS, bestQuality, rungs } = segments;
  let best = 0;
  let bestWorth = Number.NEGATIVE_INFINITY;
  for (let rung = 0; rung < rungs; rung++) {
    const own = quality[rung] ?? 0;
    const after = plan.worthAfter(rung, bits[rung] ?? 0, durationS[0] ?? 0, bufferS);
    const bonus = rung === before.rung ? margin * bestQuality : 0;
    const worth = own - Math.abs(own - before.quality) + after + bonus;
    if (worth > bestWorth) {
      bestWorth = worth;
      best = rung;
    }
  }
  return best;
}

/** A larger buffer lets a choice act for longer. */
export function segmentsPlanned(config: LookAheadConfig, goalS: number): number {
  return Math.min(config.mostSegments, config.leastSegments + Math.floor(goalS / config.goalPerSegmentS));
}

function videoForecast(context: AbrContext, expectedBps: number): Forecast {
  return forecastAt(context, Math.max(expectedBps - (context.audioBps ?? 0), expectedBps * LEAST_VIDEO_SHARE));
}

function arrivesInTime({ bits }: UpcomingSegments, rung: number, forecast: Forecast, bufferS: number): boolean {
  return forecast.latencyS + (bits[rung] ?? 0) / forecast.rateBps <= bufferS;
}

function reasonOf(rung: number, before: number, inTime: boolean): RenditionReason {
  if (before < 0) return 'limit';
  if (rung > before) return 'better-by-margin';
  if (rung === 0 && !inTime) return 'lowest';
  return rung === before ? 'in-time' : 'buffer-low';
}

/** Nothing was measured since the first choice: there is no reason for another one, save a limit. */
function unchanged({ video }: AbrContext, current: RenditionView): RenditionChoice {
  if (rungOf(video, current) >= 0) return { rendition: current, reason: 'in-time' };
  return { rendition: video[highestUpTo(video, current.averageBps)] ?? lowestOf(video), reason: 'limit' };
}
