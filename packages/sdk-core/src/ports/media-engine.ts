import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import type { CancelSignal } from './cancel-signal.ts';

/**
 * What decodes and shows: hls.js in browsers, a simulated buffer in `headless/`.
 * It decides when a segment is wanted; it asks its host which rendition and for the bytes.
 */
export interface MediaEngine {
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

export interface EngineSnapshot {
  readonly positionMs: number;
  /** Media buffered ahead of the position, all tracks, in milliseconds. */
  readonly bufferAheadMs: number;
  readonly paused: boolean;
  readonly ended: boolean;
  /** Frames decoded and not shown since `open`; absent where nobody counts them. */
  readonly droppedFrames?: number | undefined;
}

/** What the core gives to an engine. */
export interface EngineHost {
  /** ABR: the video rendition for a segment. Synchronous and cheap. */
  selectVideo(request: SelectVideoRequest): RenditionView;
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

export interface RangeRequest {
  readonly rendition: RenditionView;
  readonly segmentNumber: number;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
  /** Chunks in order; the engine owns them. */
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
  /** What is on screen changed. */
  | { readonly type: 'rendition-shown'; readonly rendition: RenditionView }
  /** The engine gave up: `decode` may be cured by other bytes, `unsupported` may not. */
  | { readonly type: 'failed'; readonly cause: 'decode' | 'unsupported' | 'fetch'; readonly error: unknown };
