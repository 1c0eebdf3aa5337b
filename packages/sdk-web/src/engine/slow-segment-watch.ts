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

/** Watches the video segment being loaded, and lets hls.js give it up for a smaller one when the core would rather have that. Returns a function that stops it. */
export function watchSlowSegments(hls: Hls, questions: SlowSegmentQuestions): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => clearInterval(timer);
  const onLoading = (_name: Events.FRAG_LOADING, { frag }: FragLoadingData): void => {
    if (frag.type !== 'main' || typeof frag.sn !== 'number') return;
    stop();
    const samples: Sample[] = [];
    timer = setInterval(() => {
      const verdict = judge(frag, samples, questions);
      if (verdict !== 'keep-watching') stop();
      if (verdict === 'abandon') abandon(hls, frag);
    }, TICK_MS);
  };
  hls.on(Events.FRAG_LOADING, onLoading);
  hls.on(Events.DESTROYING, stop);
  return () => {
    stop();
    hls.off(Events.FRAG_LOADING, onLoading);
    hls.off(Events.DESTROYING, stop);
  };
}

function judge(
  frag: Fragment,
  samples: Sample[],
  questions: SlowSegmentQuestions,
): 'over' | 'keep-watching' | 'abandon' {
  const { stats } = frag;
  if (stats.aborted || stats.loading.end > 0 || typeof frag.sn !== 'number') return 'over';
  const lowestBytes = questions.lowestBytes(frag.sn);
  if (lowestBytes === undefined || lowestBytes >= stats.total) return stats.total > 0 ? 'over' : 'keep-watching';
  const nowMs = performance.now();
  samples.push({ atMs: nowMs, loadedBytes: stats.loaded });
  while (samples.length > 1 && nowMs - (samples[0]?.atMs ?? nowMs) > WINDOW_MS) samples.shift();
  const verdict = judgeLoadingSegment({
    loadingForMs: nowMs - stats.loading.start,
    remainingBytes: stats.total - stats.loaded,
    recentBytesPerMs: rateOf(samples),
    bufferAheadMs: questions.bufferAheadMs(),
    lowestBytes,
  });
  if (!verdict.abandon) return 'keep-watching';
  // Where ABR would take the same one again, giving it up would only lose its bytes.
  return (questions.chosenBytes(frag.sn) ?? stats.total) < stats.total ? 'abandon' : 'keep-watching';
}

function rateOf(samples: readonly Sample[]): number {
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (!first || !last || last.atMs <= first.atMs) return 0;
  return (last.loadedBytes - first.loadedBytes) / (last.atMs - first.atMs);
}

/** As hls.js's own controller does it; its stream controller then asks for the level again. */
function abandon(hls: Hls, frag: Fragment): void {
  const { stats } = frag;
  frag.abortRequests();
  hls.trigger(Events.FRAG_LOAD_EMERGENCY_ABORTED, { frag, part: null, stats });
}
