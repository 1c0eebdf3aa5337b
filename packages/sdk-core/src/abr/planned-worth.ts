import type { RenditionView } from '../manifest/presentation.ts';
import type { AbrContext } from './abr-context.ts';
import { forecastAt } from './forecast.ts';
import { LOOK_AHEAD_DEFAULTS, type LookAheadConfig, segmentsPlanned } from './look-ahead.ts';
import { rungOf } from './permitted.ts';
import { UpcomingSegments } from './upcoming-segments.ts';
import { WorthPlan } from './worth-plan.ts';

const DEFAULT_GOAL_MS = 30_000;

/** What the plan thinks of other ways to go on than asking for the next segment: the look-ahead's own objective. */
export class PlannedWorth {
  readonly utility: LookAheadConfig['utility'];
  readonly #segments: UpcomingSegments;
  readonly #plan: WorthPlan;
  readonly #config: LookAheadConfig;
  #rateBps = 1;
  #latencyS = 0;
  #current: { readonly rung: number; readonly quality: number } | undefined;

  constructor(overrides: Partial<LookAheadConfig> = {}) {
    const config = { ...LOOK_AHEAD_DEFAULTS, ...overrides };
    this.utility = config.utility;
    this.#config = config;
    this.#segments = new UpcomingSegments(config.mostSegments, config.singleSegments, config.utility);
    this.#plan = new WorthPlan(config);
  }

  /** Plans from `context.segmentNumber` on, at a rate that is all for video. */
  read(context: AbrContext, rateBps: number): void {
    const { video, segmentNumber, current } = context;
    const goalS = (context.bufferGoalMs ?? DEFAULT_GOAL_MS) / 1000;
    const forecast = forecastAt(context, rateBps);
    this.#rateBps = forecast.rateBps;
    this.#latencyS = forecast.latencyS;
    this.#current = current && {
      rung: rungOf(video, current),
      quality: this.utility(current, segmentNumber, video),
    };
    this.#segments.read(context, segmentsPlanned(this.#config, goalS));
    const bufferS = Math.min(context.bufferAheadMs / 1000, goalS);
    this.#plan.compute(this.#segments, forecast, goalS, bufferS);
  }

  /** The quality of the best rendition: what a second of waiting costs. */
  get bestQuality(): number {
    return this.#segments.bestQuality;
  }

  /** Of taking the next segment at one rung. */
  ofRung(rung: number, bufferS: number): number {
    return this.#worth(rung, this.#segments.bits[rung] ?? 0, bufferS);
  }

  /** Of waiting for the rest of the next segment, which is on its way. */
  ofRest(rung: number, restBits: number, bufferS: number): number {
    return this.#worth(rung, Math.max(0, restBits - this.#latencyS * this.#rateBps), bufferS);
  }

  /** Of the best rung for the next segment. */
  ofBest(bufferS: number): number {
    let best = Number.NEGATIVE_INFINITY;
    for (let rung = 0; rung < this.#segments.rungs; rung++) best = Math.max(best, this.ofRung(rung, bufferS));
    return best;
  }

  /** How long a request takes. */
  downloadS(segment: RenditionView['segments'][number]): number {
    return this.#latencyS + ((segment.endByte - segment.startByte) * 8) / this.#rateBps;
  }

  #worth(rung: number, bits: number, bufferS: number): number {
    const quality = this.#segments.quality[rung] ?? 0;
    const change = this.#current ? Math.abs(quality - this.#current.quality) : 0;
    return quality - change + this.#plan.worthAfter(rung, bits, this.#segments.durationS[0] ?? 0, bufferS);
  }
}
