import type { BufferedSegment, RenditionView, ReplacementChoice } from '@pressplay/sdk-core';
import type Hls from 'hls.js';
import { Events, type FragBufferedData, type FragLoadingData, type Fragment } from 'hls.js';

const LOOK_EVERY_MS = 500;
const CHECK_DUE_EVERY_MS = 100;
/** Nothing is taken out of the buffer that plays sooner: hls.js gets the better segment from memory, within some 100 ms. */
const LEAST_DUE_MS = 3000;
/** A little before the end of what is removed: all frames up to the next key frame go with it, that one must not. */
const SHORT_OF_END_S = 0.05;

export interface ReplacerQuestions {
  renditionOf(frag: Fragment): RenditionView | undefined;
  positionMs(): number;
  /** The core: which buffered segment is worth having in a better rendition; undefined for none. */
  select(buffered: readonly BufferedSegment[]): ReplacementChoice | undefined;
  /** Resolves once the whole segment lies ready for hls.js to ask for it; rejects where it does not come. */
  prepare(choice: ReplacementChoice): Promise<void>;
  /** Nobody is going to ask for it. */
  forget(): void;
  replaced(rendition: RenditionView, segmentNumber: number): void;
}

interface Held {
  readonly rendition: RenditionView;
  readonly startS: number;
  readonly endS: number;
}

/**
 * Puts better segments in the place of buffered ones, while hls.js has nothing to load. hls.js cannot put a fragment over
 * another, but it fills holes: the better segment is loaded first, beside hls.js; when it lies in memory and there is
 * still time, the old one is removed, and hls.js, which asks for what is missing, gets it at once.
 */
export class Replacer {
  readonly #hls: Hls;
  readonly #questions: ReplacerQuestions;
  readonly #held = new Map<number, Held>();
  #loading: Fragment | undefined;
  #isBusy = false;
  readonly #timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);

  constructor(hls: Hls, questions: ReplacerQuestions) {
    this.#hls = hls;
    this.#questions = questions;
    hls.on(Events.FRAG_LOADING, (_name, data) => this.#onLoading(data));
    hls.on(Events.FRAG_BUFFERED, (_name, data) => this.#onBuffered(data));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#questions.forget();
    this.#isBusy = true;
  }

  #onLoading({ frag }: FragLoadingData): void {
    if (frag.type === 'main') this.#loading = frag;
  }

  #onBuffered({ frag }: FragBufferedData): void {
    const rendition = this.#questions.renditionOf(frag);
    if (frag.type !== 'main' || typeof frag.sn !== 'number' || !rendition) return;
    this.#loading = undefined;
    this.#held.set(frag.sn, { rendition, startS: frag.start, endS: frag.end });
  }

  async #look(): Promise<void> {
    if (this.#isBusy || !this.#isIdle()) return;
    const choice = this.#questions.select(this.#buffered());
    if (!choice) return;
    this.#isBusy = true;
    const before = this.#held.get(choice.segmentNumber);
    const late = setInterval(
      () => this.#dueInMs(before) < LEAST_DUE_MS && this.#questions.forget(),
      CHECK_DUE_EVERY_MS,
    );
    const tooLong = setTimeout(() => this.#questions.forget(), choice.withinMs);
    try {
      await this.#questions.prepare(choice);
      this.#swap(choice.segmentNumber, before);
    } catch {
      // It did not come in time, or was called off: what is buffered plays.
    } finally {
      clearInterval(late);
      clearTimeout(tooLong);
      this.#isBusy = false;
    }
  }

  #swap(segmentNumber: number, before: Held | undefined): void {
    const isThere = before && this.#held.get(segmentNumber) === before && this.#buffered().length > 0;
    if (!isThere || !this.#isIdle() || this.#dueInMs(before) < LEAST_DUE_MS) {
      this.#questions.forget();
      return;
    }
    const { rendition, startS, endS } = before;
    this.#held.delete(segmentNumber);
    this.#hls.trigger(Events.BUFFER_FLUSHING, {
      startOffset: startS,
      endOffset: endS - SHORT_OF_END_S,
      type: 'video',
    });
    this.#questions.replaced(rendition, segmentNumber);
  }

  #isIdle(): boolean {
    return !this.#loading && this.#hls.hasEnoughToStart && this.#hls.media?.seeking === false;
  }

  #dueInMs(held: Held | undefined): number {
    return held ? held.startS * 1000 - this.#questions.positionMs() : Number.NEGATIVE_INFINITY;
  }

  /** From the segment that plays to the end of the buffer, if all of that is known. */
  #buffered(): readonly BufferedSegment[] {
    const positionS = this.#questions.positionMs() / 1000;
    const endS = this.#hls.mainForwardBufferInfo?.end ?? 0;
    const ahead = [...this.#held].filter(([, { startS, endS: until }]) => until > positionS && startS < endS - 0.1);
    const inOrder = ahead.sort(([a], [b]) => a - b);
    const [first] = inOrder;
    const isWhole = first && first[1].startS <= positionS + 0.1;
    if (!isWhole || inOrder.some(([number], at) => number !== first[0] + at)) return [];
    return inOrder.map(([segmentNumber, held]) => ({
      segmentNumber,
      rendition: held.rendition,
      // By then the better one must lie ready.
      dueInMs: this.#dueInMs(held) - LEAST_DUE_MS,
    }));
  }
}
