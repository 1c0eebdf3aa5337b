import type { Forecast } from './forecast.ts';
import { EXPECTED_LEVEL, LEVELS, RateChain, type RateChainConfig } from './rate-chain.ts';
import type { UpcomingSegments } from './upcoming-segments.ts';

export interface WorthPlanConfig extends RateChainConfig {
  /** A deviation of the rate from its level lasts so long in a download. */
  readonly deviationS: number;
  /** The part of the measured spread that is planned with, and between which bounds. */
  readonly spreadFactor: number;
  readonly leastSpread: number;
  readonly mostSpread: number;
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

const FINEST_STEP_S = 0.5;
/** About as many points as the buffer is divided into, however large it is. */
const MOST_POINTS = 32;
/** A download meets a rate above its level or one below it. */
const DEVIATIONS = 2;

/**
 * The worth of everything to come, for each level of the rate, each last rendition and each buffer: stochastic dynamic
 * programming backwards over the planned segments. The level is a Markov chain, and each download deviates from it for
 * a while; the plan may react to both, which is why it does not need to fear all that may happen at once. Changing the
 * rendition costs the difference in quality, which makes a stage's best answer a distance transform over the rungs:
 * its cost is rungs times points, not rungs squared.
 */
export class WorthPlan {
  readonly #config: WorthPlanConfig;
  readonly #chain: RateChain;
  /** [level][rung][point]: of the stage after, of the stage being computed before its level is known, and after. */
  #later: Float64Array = new Float64Array(0);
  #met: Float64Array = new Float64Array(0);
  #stage: Float64Array = new Float64Array(0);
  #risk: Float64Array = new Float64Array(0);
  readonly #deviations: Float64Array = new Float64Array(DEVIATIONS);
  #rungs = 0;
  /** Segments of the step being computed. */
  #count = 1;
  #points = 0;
  /** Of these, those that can be reached by the step being computed. */
  #reached = 0;
  #stepS = 1;
  #goalS = 0;
  #waitPrice = 0;
  #forecast: Forecast = { rateBps: 1, latencyS: 0, spread: 0 };

  constructor(config: WorthPlanConfig) {
    this.#config = config;
    this.#chain = new RateChain(config);
  }

  /** Plans all segments but the first, for whoever has `bufferS` now or less. */
  compute(segments: UpcomingSegments, forecast: Forecast, goalS: number, bufferS: number): void {
    const { spreadFactor, leastSpread, mostSpread } = this.#config;
    const spread = Math.min(mostSpread, Math.max(leastSpread, spreadFactor * forecast.spread));
    this.#deviations[0] = Math.exp(-spread);
    this.#deviations[1] = Math.exp(spread);
    this.#forecast = forecast;
    this.#goalS = goalS;
    this.#waitPrice = segments.bestQuality;
    this.#rungs = segments.rungs;
    const segmentS = segments.durationS[0] ?? 1;
    this.#divide(segments, goalS + segments.longestS, bufferS + segments.totalS);
    this.#finish(segments);
    this.#chain.read(segmentS, 1);
    let mostS = bufferS + segments.totalS;
    for (let step = segments.steps - 1; step > 0; step--) {
      this.#count = segments.counts[step] ?? 1;
      this.#chain.read(segmentS, this.#count);
      mostS -= segments.durationS[step] ?? 0;
      this.#reached = Math.min(this.#points, Math.ceil(mostS / this.#stepS) + 2);
      for (let row = 0; row < LEVELS * segments.rungs; row++) this.#download(segments, step, row);
      this.#mixLevels(segments.quality, step);
      this.#allowSwitches(segments.quality, step);
      const done = this.#later;
      this.#later = this.#stage;
      this.#stage = done;
    }
  }

  /** Expected worth of waiting for `bits` with `bufferS` at hand, and of all after it; without the segment's quality. */
  worthAfter(rung: number, bits: number, durationS: number, bufferS: number): number {
    let worth = 0;
    const { edge, middle } = this.#chain;
    for (let level = 0; level < LEVELS; level++) {
      const chance = (level === EXPECTED_LEVEL ? middle : edge) / DEVIATIONS;
      const row = (level * this.#rungs + rung) * this.#points;
      for (let deviation = 0; deviation < DEVIATIONS; deviation++) {
        const downloadS = this.#downloadS(bits, level, deviation, 1);
        const waitS = Math.max(0, downloadS - bufferS);
        worth += chance * (this.#rowAt(row, Math.max(0, bufferS - downloadS) + durationS) - this.#waitPrice * waitS);
      }
    }
    return worth;
  }

  /** At the deviating rate for a while, then at the level's; the deviations of several downloads partly cancel. */
  #downloadS(bits: number, level: number, deviation: number, count: number): number {
    const { rateBps } = this.#forecast;
    const latencyS = this.#forecast.latencyS * count;
    const deviationS = this.#config.deviationS * Math.sqrt(count);
    const levelBps = rateBps * (this.#chain.paces[level] ?? 1);
    const firstBits = levelBps * (this.#deviations[deviation] ?? 1) * deviationS;
    if (bits <= firstBits) return latencyS + (deviationS * bits) / firstBits;
    return latencyS + deviationS + (bits - firstBits) / levelBps;
  }

  #divide({ rungs, durationS }: UpcomingSegments, mostS: number, reachS: number): void {
    this.#stepS = Math.max(FINEST_STEP_S, mostS / MOST_POINTS);
    this.#points = Math.ceil(Math.min(mostS, reachS) / this.#stepS) + 2;
    const cells = LEVELS * rungs * this.#points;
    if (this.#later.length < cells) {
      this.#later = new Float64Array(cells);
      this.#met = new Float64Array(cells);
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
  #finish({ rungs, laterCount, averageBps, quality, longestS, steps }: UpcomingSegments): void {
    const { rateBps } = this.#forecast;
    const row = (steps - 1) * rungs;
    let rung = 0;
    while (rung + 2 < rungs && (averageBps[rung + 1] ?? 0) <= rateBps) rung++;
    const stepBps = (averageBps[rung + 1] ?? 0) - (averageBps[rung] ?? 0);
    const qualityPerBps =
      stepBps > 0 ? Math.max(0, (quality[row + rung + 1] ?? 0) - (quality[row + rung] ?? 0)) / stepBps : 0;
    const topBps = averageBps[rungs - 1] ?? 0;
    const most = Math.max(0, topBps - rateBps) * qualityPerBps * laterCount;
    const perSecond = (this.#config.bufferWorth * qualityPerBps * Math.min(rateBps, topBps)) / longestS;
    const riskCount = Math.min(laterCount, this.#config.outageSegments);
    const cells = LEVELS * rungs * this.#points;
    for (let point = 0; point < this.#points; point++) {
      const gain = Math.min(perSecond * point * this.#stepS, most);
      const worth = gain - riskCount * (this.#risk[point] ?? 0);
      for (let at = point; at < cells; at += this.#points) this.#later[at] = worth;
    }
  }

  /** One stage at one level with one rung, before any switch: the mean of the outcomes. */
  #download(segments: UpcomingSegments, step: number, row: number): void {
    const rung = row % segments.rungs;
    const level = (row - rung) / segments.rungs;
    const bits = segments.bits[step * segments.rungs + rung] ?? 0;
    const durationS = segments.durationS[step] ?? 0;
    const at = row * this.#points;
    this.#met.fill(0, at, at + this.#reached);
    for (let deviation = 0; deviation < DEVIATIONS; deviation++) {
      this.#addOutcome(at, this.#downloadS(bits, level, deviation, this.#count), durationS);
    }
  }

  /** The grid is even, so a download shifts all buffers by the same distance: no look-up, one weight for all. */
  #addOutcome(row: number, downloadS: number, durationS: number): void {
    const later = this.#later;
    const met = this.#met;
    const share = 1 / DEVIATIONS;
    const stepS = this.#stepS;
    const last = this.#points - 1;
    const reached = this.#reached - 1;
    const goal = Math.min(reached, Math.floor(this.#goalS / stepS));
    const dry = Math.min(goal, Math.floor(downloadS / stepS));
    const emptied = share * (this.#rowAt(row, durationS) - this.#waitPrice * downloadS);
    const perPoint = share * this.#waitPrice * stepS;
    for (let point = 0; point <= dry; point++) met[row + point] = (met[row + point] ?? 0) + emptied + perPoint * point;
    const shift = (durationS - downloadS) / stepS;
    const whole = Math.floor(shift);
    const upper = share * (shift - whole);
    const lower = share - upper;
    for (let point = dry + 1; point <= goal; point++) {
      const low = row + Math.min(last - 1, point + whole);
      met[row + point] = (met[row + point] ?? 0) + lower * (later[low] ?? 0) + upper * (later[low + 1] ?? 0);
    }
    // Above the goal the player waits until the buffer has fallen to it.
    const waitS = Math.max(0, downloadS - this.#goalS);
    const idle = this.#rowAt(row, Math.max(0, this.#goalS - downloadS) + durationS) - this.#waitPrice * waitS;
    for (let point = goal + 1; point <= reached; point++) met[row + point] = (met[row + point] ?? 0) + share * idle;
  }

  /** Before the download its level is known by that of the download before alone. Quality, less the buffer's price. */
  #mixLevels(quality: Float64Array, step: number): void {
    const met = this.#met;
    const stage = this.#stage;
    const risk = this.#risk;
    const count = this.#count;
    const reached = this.#reached;
    const points = this.#points;
    const size = this.#rungs * points;
    // Rouwenhorst's chances are symmetric.
    const { stay, near, far, edge, middle } = this.#chain;
    for (let rung = 0; rung < this.#rungs; rung++) {
      const own = quality[step * this.#rungs + rung] ?? 0;
      for (let point = 0; point < reached; point++) {
        const at = rung * points + point;
        const low = met[at] ?? 0;
        const expected = met[size + at] ?? 0;
        const high = met[2 * size + at] ?? 0;
        const now = count * (own - (risk[point] ?? 0));
        stage[at] = now + stay * low + near * expected + far * high;
        stage[size + at] = now + middle * expected + edge * (low + high);
        stage[2 * size + at] = now + stay * high + near * expected + far * low;
      }
    }
  }

  #allowSwitches(quality: Float64Array, step: number): void {
    for (let level = 0; level < LEVELS; level++) {
      for (let rung = 1; rung < this.#rungs; rung++) this.#takeOver(level, rung, rung - 1, quality, step);
      for (let rung = this.#rungs - 2; rung >= 0; rung--) this.#takeOver(level, rung, rung + 1, quality, step);
    }
  }

  /** Coming from `rung`, one may also take its neighbour, at the price of the change. */
  #takeOver(level: number, rung: number, neighbour: number, quality: Float64Array, step: number): void {
    const stage = this.#stage;
    const at = step * this.#rungs;
    const change = Math.abs((quality[at + rung] ?? 0) - (quality[at + neighbour] ?? 0));
    const points = this.#points;
    const own = (level * this.#rungs + rung) * points;
    const other = (level * this.#rungs + neighbour) * points;
    const reached = this.#reached;
    for (let point = 0; point < reached; point++) {
      const worth = (stage[other + point] ?? 0) - change;
      if (worth > (stage[own + point] ?? 0)) stage[own + point] = worth;
    }
  }

  #rowAt(row: number, bufferS: number): number {
    const place = Math.min(bufferS / this.#stepS, this.#points - 1);
    const low = Math.min(Math.floor(place), this.#points - 2);
    const from = this.#later[row + low] ?? 0;
    return from + (place - low) * ((this.#later[row + low + 1] ?? 0) - from);
  }
}
