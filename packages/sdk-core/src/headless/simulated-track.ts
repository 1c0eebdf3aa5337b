import type { RenditionView, SegmentView } from '../manifest/presentation.ts';
import type { BufferedSegment } from '../ports/media-engine.ts';

/** Differences below this are rounding of clocks and sums. */
export const EPSILON_MS = 0.5;

/** The buffer of one track: contiguous, counted in segments, without the bytes. */
export class SimulatedTrack {
  readonly kind: 'video' | 'audio';
  /** The borders of this track's segments, as far as they are known. */
  readonly segments: readonly SegmentView[];
  readonly #isWhole: () => boolean;
  /** The segment to fetch next. */
  nextSegment = 0;
  fetching = false;
  #firstSegment = 0;
  readonly #renditions = new Map<number, RenditionView>();

  /** `isWhole`: whether these are all segments of the title, or its list still grows. */
  constructor(kind: 'video' | 'audio', segments: readonly SegmentView[], isWhole: () => boolean) {
    this.kind = kind;
    this.segments = segments;
    this.#isWhole = isWhole;
  }

  /** Empties the buffer and goes on at the segment that holds `positionMs`. */
  restartAt(positionMs: number): void {
    this.nextSegment = this.segmentAt(positionMs);
    this.#firstSegment = this.nextSegment;
    this.#renditions.clear();
    this.fetching = false;
  }

  append(rendition: RenditionView): SegmentView | undefined {
    const segment = this.segments[this.nextSegment];
    this.#renditions.set(this.nextSegment, rendition);
    this.nextSegment++;
    return segment;
  }

  /** Another rendition takes the place of a buffered segment; gives the one it had. */
  replace(segmentNumber: number, rendition: RenditionView): RenditionView | undefined {
    const before = this.#renditions.get(segmentNumber);
    if (before) this.#renditions.set(segmentNumber, rendition);
    return before;
  }

  /** What the buffer holds from a position on: the segment there, and those after it. */
  bufferedFrom(positionMs: number): readonly BufferedSegment[] {
    const buffered: BufferedSegment[] = [];
    for (let segmentNumber = this.segmentAt(positionMs); segmentNumber < this.nextSegment; segmentNumber++) {
      const rendition = this.#renditions.get(segmentNumber);
      const segment = this.segments[segmentNumber];
      if (rendition && segment) buffered.push({ segmentNumber, rendition, dueInMs: segment.startMs - positionMs });
    }
    return buffered;
  }

  /** All segments that are known are buffered. */
  get exhausted(): boolean {
    return this.nextSegment >= this.segments.length;
  }

  /** All segments up to the end are buffered. */
  get complete(): boolean {
    return this.exhausted && this.#isWhole();
  }

  /** Nobody knows as long as segments are missing. */
  get endMs(): number {
    return this.#isWhole() ? endOf(this.segments.at(-1)) : Number.POSITIVE_INFINITY;
  }

  /** Media is there up to this moment. */
  get bufferedToMs(): number {
    return this.segments[this.nextSegment]?.startMs ?? endOf(this.segments.at(-1));
  }

  get bufferedFromMs(): number {
    return this.segments[this.#firstSegment]?.startMs ?? 0;
  }

  holds(positionMs: number): boolean {
    if (positionMs < this.bufferedFromMs - EPSILON_MS) return false;
    return this.complete || positionMs < this.bufferedToMs - EPSILON_MS;
  }

  segmentAt(positionMs: number): number {
    const last = Math.max(0, this.segments.length - 1);
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (endOf(this.segments[middle]) > positionMs + EPSILON_MS) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** What plays at a position that the buffer holds. */
  renditionAt(positionMs: number): RenditionView | undefined {
    return this.#renditions.get(this.segmentAt(positionMs));
  }
}

const endOf = (segment: SegmentView | undefined): number => (segment ? segment.startMs + segment.durationMs : 0);
