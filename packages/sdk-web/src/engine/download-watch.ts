import type { DownloadProgress, RenditionView } from '@pressplay/sdk-core';
import type Hls from 'hls.js';
import { Events, type FragBufferedData, type FragLoadingData, type Fragment } from 'hls.js';

const LOOK_EVERY_MS = 200;

export interface DownloadWatchQuestions {
  renditionOf(frag: Fragment): RenditionView | undefined;
  /** The core: what to load in the place of a segment, or undefined to go on. */
  judge(progress: Omit<DownloadProgress, 'bufferAheadMs'>): RenditionView | undefined;
  /** The bytes so far of a segment that was given up. */
  discarded(rendition: RenditionView, segmentNumber: number, bytes: number): void;
}

/**
 * Shows the core the video segment that is being loaded, and lets hls.js give it up when the core would rather have a
 * smaller one. hls.js then asks for its level again: `insteadOf` is the answer.
 */
export class DownloadWatch {
  readonly #hls: Hls;
  readonly #questions: DownloadWatchQuestions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #instead: { readonly segmentNumber: number; readonly rendition: RenditionView } | undefined;

  constructor(hls: Hls, questions: DownloadWatchQuestions) {
    this.#hls = hls;
    this.#questions = questions;
    hls.on(Events.FRAG_LOADING, this.#onLoading);
    hls.on(Events.FRAG_BUFFERED, this.#onBuffered);
  }

  /** The smaller rendition of a segment that was given up and is not there yet. */
  insteadOf(segmentNumber: number): RenditionView | undefined {
    return this.#instead?.segmentNumber === segmentNumber ? this.#instead.rendition : undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#hls.off(Events.FRAG_LOADING, this.#onLoading);
    this.#hls.off(Events.FRAG_BUFFERED, this.#onBuffered);
  }

  readonly #onLoading = (_name: Events.FRAG_LOADING, { frag }: FragLoadingData): void => {
    const segmentNumber = frag.sn;
    const rendition = this.#questions.renditionOf(frag);
    if (frag.type !== 'main' || typeof segmentNumber !== 'number' || !rendition) return;
    // Somewhere else: the viewer went there.
    if (segmentNumber !== this.#instead?.segmentNumber) this.#instead = undefined;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(frag, rendition, segmentNumber), LOOK_EVERY_MS);
  };

  readonly #onBuffered = (_name: Events.FRAG_BUFFERED, { frag }: FragBufferedData): void => {
    if (frag.type === 'main' && frag.sn === this.#instead?.segmentNumber) this.#instead = undefined;
  };

  #look(frag: Fragment, rendition: RenditionView, segmentNumber: number): void {
    const { loading, loaded, aborted } = frag.stats;
    if (aborted || loading.end > 0) {
      clearInterval(this.#timer);
      return;
    }
    const instead = this.#questions.judge({
      rendition,
      segmentNumber,
      elapsedMs: performance.now() - loading.start,
      receivedBytes: loaded,
      firstByteAfterMs: loading.first > 0 ? loading.first - loading.start : undefined,
    });
    if (!instead) return;
    clearInterval(this.#timer);
    this.#instead = { segmentNumber, rendition: instead };
    giveUp(this.#hls, frag);
    this.#questions.discarded(rendition, segmentNumber, loaded);
  }
}

/** As hls.js's own controller does it; its stream controller then asks for the level again. */
function giveUp(hls: Hls, frag: Fragment): void {
  const { stats } = frag;
  frag.abortRequests();
  hls.trigger(Events.FRAG_LOAD_EMERGENCY_ABORTED, { frag, part: null, stats });
}
