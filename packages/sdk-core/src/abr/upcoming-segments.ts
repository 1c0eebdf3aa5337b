import type { AbrContext } from './abr-context.ts';
import type { Utility } from './utility.ts';

/** The segments ahead as flat tables, [step][rung]: what the inner loops read. Reused from choice to choice. */
export class UpcomingSegments {
  rungs = 0;
  steps = 0;
  /** Segments after those in the tables. */
  laterCount = 0;
  bits: Float64Array = new Float64Array(0);
  quality: Float64Array = new Float64Array(0);
  durationS: Float64Array = new Float64Array(0);
  /** By rung. */
  averageBps: Float64Array = new Float64Array(0);
  bestQuality = 0;
  longestS = 0;
  readonly #most: number;
  readonly #utility: Utility;

  constructor(most: number, utility: Utility) {
    this.#most = most;
    this.#utility = utility;
  }

  /** `count` segments, or fewer at the end. */
  read({ video, segmentNumber }: AbrContext, count: number): void {
    const segmentCount = video[0]?.segments.length ?? 0;
    this.rungs = video.length;
    this.steps = Math.max(0, Math.min(this.#most, count, segmentCount - segmentNumber));
    this.laterCount = Math.max(0, segmentCount - segmentNumber - this.steps);
    this.bestQuality = 0;
    this.longestS = 0;
    this.#reserve();
    for (let rung = 0; rung < this.rungs; rung++) this.averageBps[rung] = video[rung]?.averageBps ?? 0;
    for (let step = 0; step < this.steps; step++) this.#readStep(video, segmentNumber + step, step);
  }

  #readStep(video: AbrContext['video'], segmentNumber: number, step: number): void {
    for (let rung = 0; rung < this.rungs; rung++) {
      const view = video[rung];
      const segment = view?.segments[segmentNumber];
      if (!view || !segment) continue;
      const at = step * this.rungs + rung;
      const quality = this.#utility(view, segmentNumber, video);
      this.bits[at] = (segment.endByte - segment.startByte) * 8;
      this.quality[at] = quality;
      this.durationS[step] = segment.durationMs / 1000;
      this.bestQuality = Math.max(this.bestQuality, quality);
      this.longestS = Math.max(this.longestS, segment.durationMs / 1000);
    }
  }

  #reserve(): void {
    const cells = this.#most * this.rungs;
    if (this.bits.length >= cells) return;
    this.bits = new Float64Array(cells);
    this.quality = new Float64Array(cells);
    this.durationS = new Float64Array(this.#most);
    this.averageBps = new Float64Array(this.rungs);
  }
}
