import type { AbandonWatch } from '../abr/abandon-watch.ts';
import type { ReplacementRule } from '../abr/replace-segment.ts';
import type { SegmentGate } from '../delivery/segment-gate.ts';
import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import type { CancelSignal } from './cancel-signal.ts';

/**
 * What decodes and shows: hls.js in browsers, a simulated buffer in `headless/`.
 * It decides when a segment is wanted; it asks its host which rendition and for the bytes.
 */
export interface MediaEngine {
  /** What it can do beside playing, each with the code for it: `@pressplay/sdk-core/engine` has them. */
  readonly abilities?: EngineAbilities;
  /** Begins to load `presentation`. Called once per load; `close` comes before the next one. */
  open(presentation: Presentation, host: EngineHost, options: { readonly startAtMs: number }): void;
  play(): void;
  pause(): void;
  seek(positionMs: number): void;
  /** Cheap: the core asks it often. */
  snapshot(): EngineSnapshot;
  /** Lets go of everything. Idempotent. */
  close(): void;
}

export interface EngineAbilities {
  /** It asks `judgeDownload`, and breaks a download off for a smaller one. Made once for a play. */
  readonly abandonment?: () => AbandonWatch;
  /** It asks `selectReplacement`, and changes its buffer. Made once for a play. */
  readonly replacement?: () => ReplacementRule;
  /** It plays segments in a container that can be checked before they reach it. Made for each segment. */
  readonly segmentGate?: (segmentBytes: number) => SegmentGate;
}

export interface EngineSnapshot {
  readonly positionMs: number;
  /** Media buffered ahead of the position, all tracks, in milliseconds. */
  readonly bufferAheadMs: number;
  readonly paused: boolean;
  readonly ended: boolean;
  /** Frames decoded and not shown since `open`; absent where nobody counts them. */
  readonly droppedFrames?: number | undefined;
  /** All frames since `open`, dropped ones included. */
  readonly totalFrames?: number | undefined;
  /** Media time per time; 1 where absent. */
  readonly rate?: number | undefined;
  /** Where the picture is shown, in pixels of the device; absent where nobody knows, or it is not on screen. */
  readonly viewport?: { readonly widthPx: number; readonly heightPx: number } | undefined;
}

/** What the core gives to an engine. */
export interface EngineHost {
  /** ABR: the video rendition for a segment. Synchronous and cheap. */
  selectVideo(request: SelectVideoRequest): RenditionView;
  /**
   * ABR, asked now and then while a video segment is loaded: what to load in its place, or undefined to go on. Who gets
   * an answer breaks off the range, discards its bytes and asks for that rendition without another selection.
   */
  judgeDownload(progress: DownloadProgress): RenditionView | undefined;
  /**
   * ABR, for engines that can change their buffer: which buffered segment to load again in a better rendition before the
   * next one, if any.
   */
  selectReplacement(request: ReplacementRequest): ReplacementChoice | undefined;
  /**
   * Delivers `[startByte, endByte)` of a rendition's file, from whichever servers, in order, each byte once.
   * Resolves when complete; rejects with `PlayerError` when no server is left, or with an `HttpFailure` of
   * kind 'aborted' when the signal fired.
   */
  fetchRange(request: RangeRequest): Promise<void>;
  notify(event: EngineEvent): void;
}

export interface SelectVideoRequest {
  /** Which segment of the presentation, from 0. */
  readonly segmentNumber: number;
  readonly bufferAheadMs: number;
}

/** A video segment that is being loaded. */
export interface DownloadProgress {
  readonly rendition: RenditionView;
  readonly segmentNumber: number;
  readonly bufferAheadMs: number;
  /** Since it was asked for. */
  readonly elapsedMs: number;
  readonly receivedBytes: number;
  /** From the request to the first byte; absent while none has come. */
  readonly firstByteAfterMs?: number | undefined;
}

export interface SegmentChoice {
  readonly segmentNumber: number;
  readonly rendition: RenditionView;
}

export interface ReplacementChoice extends SegmentChoice {
  /** Given up where it takes longer: the buffer has better use for the time. */
  readonly withinMs: number;
}

export interface ReplacementRequest extends SelectVideoRequest {
  /** The video segments in the buffer, in order and without a gap; the one that plays is the first. */
  readonly buffered: readonly BufferedSegment[];
}

/** A segment in the buffer. */
export interface BufferedSegment extends SegmentChoice {
  /** Until it plays; 0 or less for the one that plays. */
  readonly dueInMs: number;
}

export interface RangeRequest {
  readonly rendition: RenditionView;
  readonly segmentNumber: number;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
  /** Chunks in order; to be read only, for the core may keep them. */
  readonly onBytes: (chunk: Uint8Array) => void;
  readonly signal?: CancelSignal;
}

export type EngineEvent =
  | { readonly type: 'playing' }
  | { readonly type: 'waiting' }
  | { readonly type: 'paused' }
  | { readonly type: 'seeking'; readonly positionMs: number }
  | { readonly type: 'seeked'; readonly positionMs: number }
  | { readonly type: 'ended' }
  /** A segment is in the buffer; what plays at `startMs` is this rendition. */
  | {
      readonly type: 'appended';
      readonly rendition: RenditionView;
      readonly segmentNumber: number;
      readonly startMs: number;
    }
  /** Delivered bytes that are not going to be shown: of a segment given up, or of one that a better one replaced. */
  | {
      readonly type: 'discarded';
      readonly rendition: RenditionView;
      readonly segmentNumber: number;
      readonly bytes: number;
    }
  /** What is on screen changed. */
  | { readonly type: 'rendition-shown'; readonly rendition: RenditionView }
  /** The engine gave up: `decode` may be cured by other bytes, `unsupported` may not. */
  | { readonly type: 'failed'; readonly cause: 'decode' | 'unsupported' | 'fetch'; readonly error: unknown };
