import type { UpcomingSegments } from './upcoming-segments.ts';

export interface WorthPlanConfig {
  /** Relative deviation (of the logarithm) of the rate of one download from the expected one. */
  readonly rateSpread: number;
  /** Unforeseen outages: how often in a second, and how long on the average. They put a price on a thin buffer. */
  readonly outagesPerS: number;
  readonly outageS: number;
  /** For how many segments after the last planned one that price counts, at most. */
  readonly outageSegments: number;
  /** The part of the quality that the bits of a buffered second could buy, at which it counts at the plan's end. */
  readonly bufferWorth: number;
  /** Buffer beyond this is not needed: the price of a second above it, as a part of the best quality. */
  readonly ampleBufferS: number;
  readonly amplePrice: number;
}

/** What the network is expected to do. */
export interface Forecast {
  readonly rateBps: number;
  readonly latencyS: number;
}

/** Three equally likely rates (Gauss-Hermite nodes), in deviations from the expected one. */
const NODES = [-Math.sqrt(1.5), 0, Math.sqrt(1.5)];

const FINEST_STEP_S = 0.5;
/** About as many points as the buffer is divided into, however large it is. */
const MOST_POINTS = 32;

/**
 * The worth of everything to come, for each last rendition and each buffer: stochastic dynamic programming backwards
 * over the planned segments. Each download meets one of three rates; the plan may react to each of them, which is why
 * it does not need to fear all of them at once. Changing the rendition costs the difference in quality, which makes a
 * stage's best answer a distance transform over the rungs: its cost is rungs times points, not rungs squared.
 */
export class WorthPlan {
  readonly #config: WorthPlanConfig;
  readonly #paces: readonly number[];
  /** [rung][point]: of the stage after, and of the stage being computed. */
  #later: Float64Array = new Float64Array(0);
  #stage: Float64Array = new Float64Array(0);
  #risk: Float64Array = new Float64Array(0);
  #points = 0;
  #stepS = 1;
  #goalS = 0;
  #waitPrice = 0;
  #forecast: Forecast = { rateBps: 1, latencyS: 0 };

  constructor(config: WorthPlanConfig) {
    this.#config = config;
    this.#paces = NODES.map((node) => Math.exp(config.rateSpread * node));
  }

  /** Plans all segments but the first, for buffers up to `reachS`. */
  compute(segments: UpcomingSegments, forecast: Forecast, goalS: number, reachS: number): void {
    this.#forecast = forecast;
    this.#goalS = goalS;
    this.#waitPrice = segments.bestQuality;
    this.#divide(segments, goalS + segments.longestS, reachS);
    this.#finish(segments);
    for (let step = segments.steps - 1; step > 0; step--) {
      for (let rung = 0; rung < segments.rungs; rung++) this.#download(segments, step, rung);
      this.#allowSwitches(segments, step);
      const done = this.#later;
      this.#later = this.#stage;
      this.#stage = done;
    }
  }

  /** Expected worth of waiting for `bits` with `bufferS` at hand, and of all after it; without the segment's quality. */
  worthAfter(rung: number, bits: number, durationS: number, bufferS: number): number {
    const { rateBps, latencyS } = this.#forecast;
    let worth = 0;
    for (const pace of this.#paces) {
      const downloadS = latencyS + bits / (rateBps * pace);
      const waitS = Math.max(0, downloadS - bufferS);
      worth += this.#laterAt(rung, Math.max(0, bufferS - downloadS) + durationS) - this.#waitPrice * waitS;
    }
    return worth / this.#paces.length;
  }

  #divide({ rungs, durationS }: UpcomingSegments, mostS: number, reachS: number): void {
    this.#stepS = Math.max(FINEST_STEP_S, mostS / MOST_POINTS);
    this.#points = Math.ceil(Math.min(mostS, reachS) / this.#stepS) + 2;
    const cells = this.#points * rungs;
    if (this.#later.length < cells) {
      this.#later = new Float64Array(cells);
      this.#stage = new Float64Array(cells);
    }
    if (this.#risk.length < this.#points) this.#risk = new Float64Array(this.#points);
    const { outagesPerS, outageS, ampleBufferS, amplePrice } = this.#config;
    const ampleS = Math.min(ampleBufferS, 0.6 * mostS);
    const segmentS = durationS[0] ?? 0;
    for (let point = 0; point < this.#points; point++) {
      const bufferS = point * this.#stepS;
      const outage = outagesPerS * outageS * Math.exp(-bufferS / outageS);
      const excess = amplePrice * Math.max(0, bufferS / ampleS - 1);
      this.#risk[point] = this.#waitPrice * segmentS * (outage + excess);
    }
  }

  /** The worth of a buffer when the plan ends: the quality that its bits can buy for what comes later. */
  #finish({ rungs, laterCount, averageBps, quality, durationS, steps }: UpcomingSegments): void {
    const { rateBps } = this.#forecast;
    const lastS = durationS[steps - 1] ?? 1;
    const row = (steps - 1) * rungs;
    let rung = 0;
    while (rung + 2 < rungs && (averageBps[rung + 1] ?? 0) <= rateBps) rung++;
    const stepBps = (averageBps[rung + 1] ?? 0) - (averageBps[rung] ?? 0);
    const qualityPerBps =
      stepBps > 0 ? Math.max(0, (quality[row + rung + 1] ?? 0) - (quality[row + rung] ?? 0)) / stepBps : 0;
    const topBps = averageBps[rungs - 1] ?? 0;
    const most = Math.max(0, topBps - rateBps) * qualityPerBps * laterCount;
    const perSecond = (this.#config.bufferWorth * qualityPerBps * Math.min(rateBps, topBps)) / lastS;
    const riskCount = Math.min(laterCount, this.#config.outageSegments);
    for (let point = 0; point < this.#points; point++) {
      const gain = Math.min(perSecond * point * this.#stepS, most);
      const worth = gain - riskCount * (this.#risk[point] ?? 0);
      for (let rowAt = point; rowAt < rungs * this.#points; rowAt += this.#points) this.#later[rowAt] = worth;
    }
  }

  /** One stage, one rung, before any switch: quality, less the price of the buffer, and the mean of the outcomes. */
  #download(segments: UpcomingSegments, step: number, rung: number): void {
    const at = step * segments.rungs + rung;
    const quality = segments.quality[at] ?? 0;
    const row = rung * this.#points;
    for (let point = 0; point < this.#points; point++) this.#stage[row + point] = quality - (this.#risk[point] ?? 0);
    const { rateBps, latencyS } = this.#forecast;
    for (const pace of this.#paces) {
      this.#addOutcome(row, latencyS + (segments.bits[at] ?? 0) / (rateBps * pace), segments.durationS[step] ?? 0);
    }
  }

  /** The grid is even, so a download shifts all buffers by the same distance: no look-up, one weight for all. */
  #addOutcome(row: number, downloadS: number, durationS: number): void {
    const later = this.#later;
    const stage = this.#stage;
    const share = 1 / this.#paces.length;
    const stepS = this.#stepS;
    const last = this.#points - 1;
    const goal = Math.min(last, Math.floor(this.#goalS / stepS));
    const emptied = this.#rowAt(row, durationS);
    const dry = Math.min(goal, Math.floor(downloadS / stepS));
    const price = this.#waitPrice;
    for (let point = 0; point <= dry; point++) {
      stage[row + point] = (stage[row + point] ?? 0) + share * (emptied - price * (downloadS - point * stepS));
    }
    const shift = (durationS - downloadS) / stepS;
    const whole = Math.floor(shift);
    const part = shift - whole;
    for (let point = dry + 1; point <= goal; point++) {
      const low = Math.min(last - 1, point + whole);
      const from = later[row + low] ?? 0;
      stage[row + point] = (stage[row + point] ?? 0) + share * (from + part * ((later[row + low + 1] ?? 0) - from));
    }
    // Above the goal the player waits until the buffer has fallen to it.
    const waitS = Math.max(0, downloadS - this.#goalS);
    const full = this.#rowAt(row, Math.max(0, this.#goalS - downloadS) + durationS) - price * waitS;
    for (let point = goal + 1; point <= last; point++) stage[row + point] = (stage[row + point] ?? 0) + share * full;
  }

  #allowSwitches({ rungs, quality }: UpcomingSegments, step: number): void {
    for (let rung = 1; rung < rungs; rung++) this.#takeOver(rung, rung - 1, quality, step * rungs);
    for (let rung = rungs - 2; rung >= 0; rung--) this.#takeOver(rung, rung + 1, quality, step * rungs);
  }

  /** Coming from `rung`, one may also take its neighbour, at the price of the change. */
  #takeOver(rung: number, neighbour: number, quality: Float64Array, at: number): void {
    const stage = this.#stage;
    const change = Math.abs((quality[at + rung] ?? 0) - (quality[at + neighbour] ?? 0));
    const own = rung * this.#points;
    const other = neighbour * this.#points;
    for (let point = 0; point < this.#points; point++) {
      const worth = (stage[other + point] ?? 0) - change;
      if (worth > (stage[own + point] ?? 0)) stage[own + point] = worth;
    }
  }

  #laterAt(rung: number, bufferS: number): number {
    return this.#rowAt(rung * this.#points, bufferS);
  }

  #rowAt(row: number, bufferS: number): number {
    const place = Math.min(bufferS / this.#stepS, this.#points - 1);
    const low = Math.min(Math.floor(place), this.#points - 2);
    const from = this.#later[row + low] ?? 0;
    return from + (place - low) * ((this.#later[row + low + 1] ?? 0) - from);
  }
}
