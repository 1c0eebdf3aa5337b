import type { AbrContext } from './abr-context.ts';
import type { Utility } from './utility.ts';

/**
 * The segments ahead as flat tables, [step][rung]: what the inner loops read. Reused from choice to choice. The first
 * ones are a step each; those far ahead, of which little is known anyway, are taken two by two.
 */
export class UpcomingSegments {
  rungs = 0;
  steps = 0;
  /** Segments after those in the tables. */
  laterCount = 0;
  bits: Float64Array = new Float64Array(0);
  /** The mean of the step's segments. */
  quality: Float64Array = new Float64Array(0);
  /** Of all segments of the step, and how many these are. */
  durationS: Float64Array = new Float64Array(0);
  counts: Float64Array = new Float64Array(0);
  /** By rung. */
  averageBps: Float64Array = new Float64Array(0);
  bestQuality = 0;
  /** Of one segment, and of all in the tables. */
  longestS = 0;
  totalS = 0;
  readonly #most: number;
  readonly #single: number;
  readonly #utility: Utility;

  /** At most so many segments, the first of them singly. */
  constructor(most: number, single: number, utility: Utility) {
    this.#most = most;
    this.#single = single;
    this.#utility = utility;
  }

  /** `count` segments, or fewer at the end. */
  read({ video, segmentNumber }: AbrContext, count: number): void {
    const segmentCount = video[0]?.segments.length ?? 0;
    this.rungs = video.length;
    const planned = Math.max(0, Math.min(this.#most, count, segmentCount - segmentNumber));
    const single = Math.min(planned, this.#single);
    this.steps = single + Math.ceil((planned - single) / 2);
    this.laterCount = Math.max(0, segmentCount - segmentNumber - planned);
    this.bestQuality = 0;
    this.longestS = 0;
    this.totalS = 0;
    this.#reserve();
    for (let rung = 0; rung < this.rungs; rung++) this.averageBps[rung] = video[rung]?.averageBps ?? 0;
    for (let step = 0; step < this.steps; step++) {
      const first = step < single ? step : 2 * step - single;
      const count = step < single ? 1 : Math.min(2, planned - first);
      this.#clear(step, count);
      for (let at = 0; at < count; at++) this.#add(video, segmentNumber + first + at, step);
      this.totalS += this.durationS[step] ?? 0;
    }
  }

  #clear(step: number, count: number): void {
    this.counts[step] = count;
    this.durationS[step] = 0;
    this.bits.fill(0, step * this.rungs, (step + 1) * this.rungs);
    this.quality.fill(0, step * this.rungs, (step + 1) * this.rungs);
  }

  #add(video: AbrContext['video'], segmentNumber: number, step: number): void {
    let segmentS = 0;
    for (let rung = 0; rung < this.rungs; rung++) {
      const view = video[rung];
      const segment = view?.segments[segmentNumber];
      if (!view || !segment) continue;
      const at = step * this.rungs + rung;
      const quality = this.#utility(view, segmentNumber, video);
      this.bits[at] = (this.bits[at] ?? 0) + (segment.endByte - segment.startByte) * 8;
      this.quality[at] = (this.quality[at] ?? 0) + quality / (this.counts[step] ?? 1);
      this.bestQuality = Math.max(this.bestQuality, quality);
      segmentS = segment.durationMs / 1000;
    }
    this.durationS[step] = (this.durationS[step] ?? 0) + segmentS;
    this.longestS = Math.max(this.longestS, segmentS);
  }

  #reserve(): void {
    const cells = this.#most * this.rungs;
    if (this.bits.length >= cells) return;
    this.bits = new Float64Array(cells);
    this.quality = new Float64Array(cells);
    this.durationS = new Float64Array(this.#most);
    this.counts = new Float64Array(this.#most);
    this.averageBps = new Float64Array(this.rungs);
  }
}
