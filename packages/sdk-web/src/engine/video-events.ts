import type { EngineEvent } from '@pressplay/sdk-core';

export interface VideoEventTarget {
  notify(event: EngineEvent): void;
  /** The element itself gave up on what it was fed. */
  mediaError(error: MediaError | null): void;
}

/** Tells the core what happens to the video element, whoever caused it: the player, the page or the element's own controls. Returns a function that stops it. */
export function watchVideo(video: HTMLVideoElement, startAtMs: number, target: VideoEventTarget): () => void {
  const positionMs = (): number => video.currentTime * 1000;
  let started = false;
  // hls.js moves the playhead to the start position: nobody asked for that seek.
  const isStartSeek = (): boolean => !started && Math.abs(positionMs() - startAtMs) < START_SEEK_TOLERANCE_MS;

  const listeners: readonly (readonly [string, () => void])[] = [
    [
      'playing',
      () => {
        started = true;
        target.notify({ type: 'playing' });
      },
    ],
    // The event comes a little after its cause; by then the next frame may be there.
    ['waiting', () => video.readyState >= HAVE_FUTURE_DATA || target.notify({ type: 'waiting' })],
    // At the end the element pauses itself first; `ended` says it all.
    ['pause', () => video.ended || target.notify({ type: 'paused' })],
    ['seeking', () => isStartSeek() || target.notify({ type: 'seeking', positionMs: positionMs() })],
    ['seeked', () => isStartSeek() || target.notify({ type: 'seeked', positionMs: positionMs() })],
    ['ended', () => target.notify({ type: 'ended' })],
    ['error', () => target.mediaError(video.error)],
  ];
  for (const [name, listener] of listeners) video.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of listeners) video.removeEventListener(name, listener);
  };
}

/** `HTMLMediaElement.HAVE_FUTURE_DATA`, where no such class exists. */
const HAVE_FUTURE_DATA = 3;

/** hls.js starts at the first buffered frame, which may lie a little after the position asked for. */
const START_SEEK_TOLERANCE_MS = 500;

/** What is buffered from `positionS` on, in milliseconds. A hole of 100 ms counts as none: hls.js steps over it. */
export function bufferAheadMs(buffered: TimeRanges, positionS: number): number {
  let endS = positionS;
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= endS + HOLE_S && buffered.end(index) > endS) endS = buffered.end(index);
  }
  return (endS - positionS) * 1000;
}

const HOLE_S = 0.1;
