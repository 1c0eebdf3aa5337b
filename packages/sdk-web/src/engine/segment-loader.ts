import { CancelController, type RangeRequest, type RenditionView } from '@pressplay/sdk-core';
import { checkSegment } from '@pressplay/sdk-core/engine';
import {
  type FragmentLoaderContext,
  type Loader,
  type LoaderCallbacks,
  type LoaderConfiguration,
  LoadStats,
} from 'hls.js';

type Callbacks = LoaderCallbacks<FragmentLoaderContext>;

/** Where a segment's bytes come from. */
export interface SegmentSource {
  renditionAt(url: string): RenditionView | undefined;
  fetchRange(request: RangeRequest): Promise<void>;
  /** A whole segment is held until then; undefined where hls.js may have it at once. */
  mayHandOver(rendition: RenditionView): Promise<void> | undefined;
  /** The core has no server left for a range, or the bytes are damaged: nothing that hls.js could still try would help. */
  gaveUp(cause: 'fetch' | 'decode', error: unknown): void;
}

/**
 * hls.js's fragment loader on top of the core's delivery. One object per request. The init segment came with the
 * play response; media ranges come from whichever servers the core asks, hand-overs included, so that hls.js sees
 * one download that succeeds or, in the end, fails for good.
 *
 * `stats` is read by hls.js while the download runs, so it is kept current with every chunk.
 */
export class SegmentLoader implements Loader<FragmentLoaderContext> {
  context: FragmentLoaderContext | null = null;
  readonly stats: LoadStats = new LoadStats();
  readonly #source: SegmentSource;
  readonly #cancel = new CancelController();
  #callbacks: Callbacks | undefined;

  constructor(source: SegmentSource) {
    this.#source = source;
  }

  load(context: FragmentLoaderContext, _config: LoaderConfiguration, callbacks: Callbacks): void {
    this.context = context;
    this.#callbacks = callbacks;
    this.stats.loading.start = performance.now();
    const rendition = this.#source.renditionAt(context.url);
    const segmentNumber = context.frag.sn;
    if (!rendition) this.#fail(context, 'fetch', new Error(`no rendition at ${context.url}`));
    else if (segmentNumber === 'initSegment') queueMicrotask(() => this.#succeed(context, rendition.initBytes.slice()));
    else void this.#download(context, rendition, segmentNumber);
  }

  async #download(context: FragmentLoaderContext, rendition: RenditionView, segmentNumber: number): Promise<void> {
    const startByte = context.rangeStart ?? 0;
    const endByte = context.rangeEnd || rendition.sizeBytes;
    const bytes = new Uint8Array(endByte - startByte);
    this.stats.total = bytes.length;
    const onBytes = (chunk: Uint8Array): void => this.#receive(context, bytes, chunk);
    try {
      await this.#source.fetchRange({
        rendition,
        segmentNumber,
        startByte,
        endByte,
        onBytes,
        signal: this.#cancel.signal,
      });
    } catch (error) {
      if (!this.#cancel.signal.aborted) this.#fail(context, 'fetch', error);
      return;
    }
    const verdict = checkSegment(bytes);
    if (!verdict.ok) {
      const problem = `${rendition.renditionId} segment ${segmentNumber}: ${verdict.problem}`;
      return this.#fail(context, 'decode', new Error(problem));
    }
    await this.#source.mayHandOver(rendition);
    this.#succeed(context, bytes);
  }

  #receive(context: FragmentLoaderContext, bytes: Uint8Array<ArrayBuffer>, chunk: Uint8Array): void {
    if (!this.#callbacks) return;
    const { stats } = this;
    if (stats.loading.first === 0) stats.loading.first = Math.max(performance.now(), stats.loading.start);
    bytes.set(chunk, stats.loaded);
    stats.loaded += chunk.length;
    stats.chunkCount += 1;
    this.#callbacks.onProgress?.(stats, context, chunk.slice().buffer, null);
  }

  #succeed(context: FragmentLoaderContext, bytes: Uint8Array<ArrayBuffer>): void {
    const callbacks = this.#finish();
    if (!callbacks) return;
    const { loading } = this.stats;
    loading.end = Math.max(performance.now(), loading.start);
    loading.first ||= loading.end;
    this.stats.loaded = this.stats.total = bytes.length;
    // Where progress was reported, hls.js has appended the bytes already and ignores the whole.
    const data = callbacks.onProgress ? new ArrayBuffer(0) : bytes.buffer;
    callbacks.onSuccess({ url: context.url, data, code: 200 }, this.stats, context, null);
  }

  #fail(context: FragmentLoaderContext, cause: 'fetch' | 'decode', error: unknown): void {
    const callbacks = this.#finish();
    if (!callbacks) return;
    this.#source.gaveUp(cause, error);
    // Code 0: hls.js does not try again, because the core has already tried everything.
    callbacks.onError(
      { code: 0, text: error instanceof Error ? error.message : String(error) },
      context,
      null,
      this.stats,
    );
  }

  /** hls.js must hear of every abort; of its own `destroy` it must not. */
  abort(): void {
    const callbacks = this.#stop();
    if (callbacks && this.context) callbacks.onAbort?.(this.stats, this.context, null);
  }

  destroy(): void {
    this.#stop();
    this.context = null;
  }

  #stop(): Callbacks | undefined {
    const callbacks = this.#finish();
    if (!callbacks) return undefined;
    this.stats.aborted = true;
    this.#cancel.cancel();
    return callbacks;
  }

  /** The callbacks, once: whatever comes after the end of a request is not told. */
  #finish(): Callbacks | undefined {
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    return callbacks;
  }
}
