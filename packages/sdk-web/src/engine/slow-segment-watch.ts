import type Hls from 'hls.js';
import { Events, type FragLoadingData, type Fragment } from 'hls.js';
import { judgeLoadingSegment } from './abandon-segment.ts';

const TICK_MS = 100;
const WINDOW_MS = 1000;

export interface SlowSegmentQuestions {
  bufferAheadMs(): number;
  /** Bytes of a segment in the lowest rendition. */
  lowestBytes(segmentNumber: number): number | undefined;
  /** Bytes of a segment in the rendition that ABR would choose now. */
  chosenBytes(segmentNumber: number): number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly loadedBytes: number;
}

/**
 * Watches the video segment being loaded, and lets hls.js give it up for a smaller one when the core would rather have
 * that. Returns a function that stops it.
 */
export function watchSlowSegments(hls: Hls, questions: SlowSegmentQuestions): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => clearInterval(timer);
  const onLoading = (_name: Events.FRAG_LOADING, { frag }: FragLoadingData): void => {
    if (frag.type !== 'main' || typeof frag.sn !== 'number') return;
    stop();
    const watch = new SegmentWatch(frag, frag.sn, questions);
    timer = setInterval(() => {
      const verdict = watch.judge(performance.now());
      if (verdict !== 'keep-watching') stop();
      if (verdict === 'abandon') abandon(hls, frag);
    }, TICK_MS);
  };
  hls.on(Events.FRAG_LOADING, onLoading);
  return () => {
    stop();
    hls.off(Events.FRAG_LOADING, onLoading);
  };
}

class SegmentWatch {
  readonly #frag: Fragment;
  readonly #segmentNumber: number;
  readonly #questions: SlowSegmentQuestions;
  readonly #samples: Sample[] = [];
  #lastByteAtMs: number;
  #lateSinceMs: number | undefined;

  constructor(frag: Fragment, segmentNumber: number, questions: SlowSegmentQuestions) {
    this.#frag = frag;
    this.#segmentNumber = segmentNumber;
    this.#questions = questions;
    this.#lastByteAtMs = performance.now();
  }

  judge(nowMs: number): 'over' | 'keep-watching' | 'abandon' {
    const { stats } = this.#frag;
    if (stats.aborted || stats.loading.end > 0) return 'over';
    const lowestBytes = this.#questions.lowestBytes(this.#segmentNumber);
    if (stats.total === 0) return 'keep-watching';
    if (lowestBytes === undefined || lowestBytes >= stats.total) return 'over';
    this.#sample(nowMs, stats.loaded);
    const verdict = judgeLoadingSegment({
      remainingBytes: stats.total - stats.loaded,
      recentBytesPerMs: rateOf(this.#samples),
      silentForMs: nowMs - this.#lastByteAtMs,
      lateForMs: nowMs - (this.#lateSinceMs ?? nowMs),
      bufferAheadMs: this.#questions.bufferAheadMs(),
      lowestBytes,
    });
    if (verdict.abandon) return this.#wouldChooseLess(stats.total) ? 'abandon' : 'keep-watching';
    this.#lateSinceMs = verdict.late ? (this.#lateSinceMs ?? nowMs) : undefined;
    return 'keep-watching';
  }

  #sample(atMs: number, loadedBytes: number): void {
    if (loadedBytes > (this.#samples.at(-1)?.loadedBytes ?? 0)) this.#lastByteAtMs = atMs;
    this.#samples.push({ atMs, loadedBytes });
    while (atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift();
  }

  /** Where ABR would take the same one again, giving it up would only lose its bytes. */
  #wouldChooseLess(bytes: number): boolean {
    return (this.#questions.chosenBytes(this.#segmentNumber) ?? bytes) < bytes;
  }
}

function rateOf(samples: readonly Sample[]): number {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.atMs <= first.atMs) return 0;
  return (last.loadedBytes - first.loadedBytes) / (last.atMs - first.atMs);
}

/** As hls.js's own controller does it; its stream controller then asks for the level again. */
function abandon(hls: Hls, frag: Fragment): void {
  const { stats } = frag;
  frag.abortRequests();
  hls.trigger(Events.FRAG_LOAD_EMERGENCY_ABORTED, { frag, part: null, stats });
}
