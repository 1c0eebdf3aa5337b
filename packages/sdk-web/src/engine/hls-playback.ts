import type { EngineHost, EngineSnapshot, Presentation, RenditionView } from '@pressplay/sdk-core';
import Hls, {
  type ErrorData,
  ErrorTypes,
  Events,
  type FragBufferedData,
  type FragChangedData,
  type Fragment,
  type HlsConfig,
} from 'hls.js';
import { DownloadWatch } from './download-watch.ts';
import { EarlyInit } from './early-init.ts';
import { HeadStart } from './head-start.ts';
import { hlsConfig, LOOK_UP_TOLERANCE_MS } from './hls-config.ts';
import { judgeHlsError, type ReportedError } from './judge-hls-error.ts';
import { LevelChoice } from './level-choice.ts';
import { MemoryPlaylistLoader } from './memory-playlist-loader.ts';
import { playlistOfUrl, renditionOfUrl, segmentNumberAfter, TITLE_URL } from './rendition-urls.ts';
import { Replacer } from './replacer.ts';
import { SegmentLoader, type SegmentSource } from './segment-loader.ts';
import { bufferAheadMs, watchVideo } from './video-events.ts';
import { type Viewport, watchViewport } from './viewport.ts';

export interface HlsPlaybackOptions {
  readonly video: HTMLVideoElement;
  readonly presentation: Presentation;
  readonly host: EngineHost;
  readonly startAtMs: number;
  readonly bufferGoalMs: number;
}

/** One load of one title by hls.js: from `open` to `close`. */
export class HlsPlayback {
  readonly #options: HlsPlaybackOptions;
  readonly #headStart: HeadStart;
  readonly #hls: Hls;
  readonly #downloads: DownloadWatch;
  readonly #replacements: HeadStart;
  readonly #replacer: Replacer;
  readonly #viewport: Viewport;
  readonly #pictureTimed: Promise<void>;
  #stopVideoWatch: () => void;
  /** Where the element goes as soon as it has a playhead. */
  #resumeAtMs: number;
  #lastRecoveryAtMs: number | undefined;
  #shown: RenditionView | undefined;
  #lastLevel = -1;
  #failed = false;

  constructor(options: HlsPlaybackOptions) {
    this.#options = options;
    this.#viewport = watchViewport(options.video);
    this.#headStart = beginAhead(options);
    this.#replacements = new HeadStart((request) => this.#headStart.fetchRange(request));
    this.#hls = new Hls(hlsConfig({ ...options, loaders: this.#loaders() }));
    new EarlyInit(this.#hls, (frag) => this.#renditionOf(frag));
    this.#pictureTimed = new Promise((resolve) => this.#hls.once(Events.INIT_PTS_FOUND, () => resolve()));
    this.#hls.on(Events.FRAG_BUFFERED, (_name, data) => this.#onBuffered(data));
    this.#hls.on(Events.FRAG_CHANGED, (_name, data) => this.#onShown(data));
    this.#hls.on(Events.ERROR, (_name, data) => this.#onError(data));
    this.#resumeAtMs = options.startAtMs;
    this.#stopVideoWatch = this.#watchVideo();
    this.#downloads = this.#watchDownloads();
    this.#replacer = this.#replaceBuffered();
    this.#hls.attachMedia(options.video);
    this.#hls.loadSource(TITLE_URL);
  }

  play(): void {
    this.#options.video.play().catch((error: unknown) => {
      // The browser wants a gesture of the user first. The media is loaded; the page may ask for that gesture.
      if (error instanceof DOMException && error.name === 'NotAllowedError')
        this.#options.host.notify({ type: 'paused' });
    });
  }

  pause(): void {
    this.#options.video.pause();
  }

  seek(positionMs: number): void {
    this.#resumeAtMs = positionMs;
    this.#options.video.currentTime = positionMs / 1000;
  }

  snapshot(): EngineSnapshot {
    const { video } = this.#options;
    const frames = video.getVideoPlaybackQuality?.();
    return {
      positionMs: this.#positionMs(),
      bufferAheadMs: bufferAheadMs(video.buffered, video.currentTime),
      paused: video.paused,
      ended: video.ended,
      droppedFrames: frames?.droppedVideoFrames,
      totalFrames: frames?.totalVideoFrames,
      rate: video.playbackRate,
      viewport: this.#viewport.size(),
    };
  }

  close(): void {
    this.#stopVideoWatch();
    this.#downloads.stop();
    this.#replacer.stop();
    this.#viewport.stop();
    this.#hls.destroy();
    this.#headStart.close();
  }

  /** hls.js constructs these itself, so each class carries what it works on. */
  #loaders(): Pick<HlsConfig, 'pLoader' | 'fLoader' | 'abrController'> {
    const { presentation } = this.#options;
    const source: SegmentSource = {
      renditionAt: (url) => renditionOfUrl(presentation, url),
      fetchRange: (request) => this.#replacements.fetchRange(request),
      // Sound that comes before the picture's time stamps are known would wait in hls.js for its next tick, up to 100 ms.
      mayHandOver: ({ kind }) => (kind === 'audio' ? this.#pictureTimed : undefined),
      gaveUp: (cause, error) => this.#fail(cause, error),
    };
    const nextLevel = (hls: Hls): number => this.#nextLevel(hls);
    const abrController = class extends LevelChoice {
      constructor(hls: Hls) {
        super(hls, () => nextLevel(hls));
      }
    };
    return {
      pLoader: class extends MemoryPlaylistLoader {
        constructor() {
          super((url) => playlistOfUrl(presentation, url));
        }
      },
      fLoader: class extends SegmentLoader {
        constructor() {
          super(source);
        }
      },
      // hls.js's own class has private members, so no other class is assignable to its type.
      abrController: abrController as unknown as HlsConfig['abrController'],
    };
  }

  /** The level for the segment after the video buffer's end. While the buffer is full nothing is loaded, and nothing needs choosing. */
  #nextLevel(hls: Hls): number {
    const { bufferGoalMs, presentation } = this.#options;
    const buffer = hls.mainForwardBufferInfo;
    const known = hls.levels[this.#lastLevel] !== undefined;
    if (known && buffer && buffer.len * 1000 >= bufferGoalMs) return this.#lastLevel;
    const bufferEndMs = buffer && buffer.len > 0 ? buffer.end * 1000 : this.#positionMs();
    const segments = presentation.video[0]?.segments ?? [];
    const segmentNumber = segmentNumberAfter(segments, bufferEndMs, LOOK_UP_TOLERANCE_MS);
    const settled =
      this.#headStart.renditionFor(segmentNumber) ??
      this.#replacements.renditionFor(segmentNumber) ??
      this.#downloads.insteadOf(segmentNumber);
    const chosen = settled ?? this.#select(segmentNumber);
    const level = this.#levelOf(hls, chosen);
    // hls.js drops levels that its media source refuses: take the lowest of what is left.
    this.#lastLevel = level === -1 ? Math.min(0, hls.levels.length - 1) : level;
    return this.#lastLevel;
  }

  #levelOf(hls: Hls, rendition: RenditionView): number {
    const { presentation } = this.#options;
    return hls.levels.findIndex((candidate) => renditionOfUrl(presentation, candidate.uri) === rendition);
  }

  #positionMs(): number {
    const { video } = this.#options;
    // The element has its metadata before hls.js has moved it to where the play starts.
    const isThere = video.readyState > 0 && this.#hls.hasEnoughToStart;
    return isThere ? video.currentTime * 1000 : this.#resumeAtMs;
  }

  #watchVideo(): () => void {
    const { video, host } = this.#options;
    return watchVideo(video, this.#resumeAtMs, {
      notify: (event) => host.notify(event),
      mediaError: (error) => this.#onMediaError(error),
    });
  }

  #watchDownloads(): DownloadWatch {
    const { host } = this.#options;
    return new DownloadWatch(this.#hls, {
      renditionOf: (frag) => this.#renditionOf(frag),
      judge: (progress) => host.judgeDownload({ ...progress, bufferAheadMs: this.snapshot().bufferAheadMs }),
      discarded: (rendition, segmentNumber, bytes) =>
        host.notify({ type: 'discarded', rendition, segmentNumber, bytes }),
    });
  }

  #replaceBuffered(): Replacer {
    const { host, presentation } = this.#options;
    const best = presentation.video.at(-1);
    return new Replacer(this.#hls, {
      renditionOf: (frag) => this.#renditionOf(frag),
      positionMs: () => this.#positionMs(),
      select: (buffered) => {
        const last = buffered.at(-1);
        if (!last || buffered.every(({ rendition }) => rendition === best)) return undefined;
        const { bufferAheadMs: aheadMs } = this.snapshot();
        const request = { segmentNumber: last.segmentNumber + 1, bufferAheadMs: aheadMs, buffered };
        const choice = host.selectReplacement(request);
        return choice && this.#levelOf(this.#hls, choice.rendition) !== -1 ? choice : undefined;
      },
      prepare: ({ rendition, segmentNumber }) => this.#replacements.begin(rendition, segmentNumber),
      forget: () => this.#replacements.close(),
      replaced: (rendition, segmentNumber) => {
        const { startByte = 0, endByte = 0 } = rendition.segments[segmentNumber] ?? {};
        host.notify({ type: 'discarded', rendition, segmentNumber, bytes: endByte - startByte });
      },
    });
  }

  #select(segmentNumber: number): RenditionView {
    return this.#options.host.selectVideo({ segmentNumber, bufferAheadMs: this.snapshot().bufferAheadMs });
  }

  #renditionOf(frag: Fragment): RenditionView | undefined {
    return renditionOfUrl(this.#options.presentation, frag.url ?? '');
  }

  #onBuffered({ frag }: FragBufferedData): void {
    const rendition = this.#renditionOf(frag);
    if (!rendition || typeof frag.sn !== 'number') return;
    this.#options.host.notify({ type: 'appended', rendition, segmentNumber: frag.sn, startMs: frag.start * 1000 });
  }

  #onShown({ frag }: FragChangedData): void {
    const rendition = this.#renditionOf(frag);
    if (!rendition || rendition === this.#shown) return;
    this.#shown = rendition;
    this.#options.host.notify({ type: 'rendition-shown', rendition });
  }

  #onMediaError(error: MediaError | null): void {
    if (error?.code !== MediaError.MEDIA_ERR_DECODE) return;
    this.#judge({ type: ErrorTypes.MEDIA_ERROR, details: error.message, fatal: true }, error);
  }

  #onError(data: ErrorData): void {
    this.#judge(data, data.error);
  }

  #judge(data: ReportedError, error: unknown): void {
    const nowMs = performance.now();
    const verdict = judgeHlsError(data, this.#lastRecoveryAtMs, nowMs);
    if (verdict.action === 'fail') this.#fail(verdict.cause, error);
    if (verdict.action !== 'recover-media') return;
    this.#lastRecoveryAtMs = nowMs;
    this.#recover();
  }

  /** A new decoder at the same place. The element pauses itself when it gets a new source, and begins again at zero. */
  #recover(): void {
    const wasPlaying = !this.#options.video.paused;
    this.#resumeAtMs = this.#positionMs();
    this.#stopVideoWatch();
    this.#hls.recoverMediaError();
    this.#stopVideoWatch = this.#watchVideo();
    if (wasPlaying) this.play();
  }

  /** Once: whatever hls.js still tries after that is of no use to anybody. */
  #fail(cause: 'decode' | 'unsupported' | 'fetch', error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#hls.stopLoad();
    this.#options.host.notify({ type: 'failed', cause, error });
  }
}

/** The first segment of picture and of sound: those that hls.js will want to begin with. */
function beginAhead({ presentation, host, startAtMs }: HlsPlaybackOptions): HeadStart {
  const headStart = new HeadStart((request) => host.fetchRange(request));
  const [anyVideo] = presentation.video;
  const [sound] = presentation.audio;
  const numberIn = (view: RenditionView | undefined): number =>
    segmentNumberAfter(view?.segments ?? [], startAtMs, LOOK_UP_TOLERANCE_MS);
  const segmentNumber = numberIn(anyVideo);
  headStart.begin(host.selectVideo({ segmentNumber, bufferAheadMs: 0 }), segmentNumber);
  headStart.begin(sound, numberIn(sound));
  return headStart;
}
