import type { EngineEvent } from '@pressplay/sdk-core';

export interface VideoEventTarget {
  notify(event: EngineEvent): void;
  /** The element itself gave up on what it was fed. */
  mediaError(error: MediaError | null): void;
}

/** `HTMLMediaElement.HAVE_FUTURE_DATA`, where no such class exists. */
const HAVE_FUTURE_DATA = 3;
/** hls.js starts at the first buffered frame, which may lie a little after the position asked for. */
const START_SEEK_TOLERANCE_MS = 500;
/** With so much at hand, a wait is a decoder catching its breath; it counts once it lasts. */
const AT_HAND_MS = 1000;
const BREATH_MS = 250;
/** hls.js steps over holes of that size. */
const HOLE_S = 0.1;

/**
 * Tells the core what happens to the video element, whoever caused it: the player, the page or the element's own
 * controls. Returns a function that stops it.
 */
export function watchVideo(video: HTMLVideoElement, startAtMs: number, target: VideoEventTarget): () => void {
  const positionMs = (): number => video.currentTime * 1000;
  let started = false;
  // hls.js moves the playhead to the start position: nobody asked for that seek.
  const isStartSeek = (): boolean => !started && Math.abs(positionMs() - startAtMs) < START_SEEK_TOLERANCE_MS;
  const waits = new Waits(video, () => target.notify({ type: 'waiting' }));

  const playing = (): void => {
    started = true;
    target.notify({ type: 'playing' });
  };
  const listeners: readonly (readonly [string, () => void])[] = [
    ['playing', playing],
    ['waiting', () => waits.begin()],
    // At the end the element pauses itself first; `ended` says it all.
    ['pause', () => video.ended || target.notify({ type: 'paused' })],
    ['seeking', () => isStartSeek() || target.notify({ type: 'seeking', positionMs: positionMs() })],
    ['seeked', () => isStartSeek() || target.notify({ type: 'seeked', positionMs: positionMs() })],
    ['ended', () => target.notify({ type: 'ended' })],
    ['error', () => target.mediaError(video.error)],
  ];
  for (const [name, listener] of listeners) video.addEventListener(name, listener);
  return () => {
    waits.forget();
    for (const [name, listener] of listeners) video.removeEventListener(name, listener);
  };
}

/** Which of the element's waits are worth telling. */
class Waits {
  readonly #video: HTMLVideoElement;
  readonly #tell: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(video: HTMLVideoElement, tell: () => void) {
    this.#video = video;
    this.#tell = tell;
  }

  begin(): void {
    this.forget();
    const { buffered, currentTime } = this.#video;
    if (bufferAheadMs(buffered, currentTime) < AT_HAND_MS) this.#tellIfStill();
    else this.#timer = setTimeout(() => this.#tellIfStill(), BREATH_MS);
  }

  forget(): void {
    clearTimeout(this.#timer);
  }

  /** The event comes a little after its cause; by then the next frame may be there. */
  #tellIfStill(): void {
    const { readyState, paused, seeking } = this.#video;
    if (readyState < HAVE_FUTURE_DATA && !paused && !seeking) this.#tell();
  }
}

/** What is buffered from `positionS` on, in milliseconds. */
export function bufferAheadMs(buffered: TimeRanges, positionS: number): number {
  let endS = positionS;
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= endS + HOLE_S && buffered.end(index) > endS) endS = buffered.end(index);
  }
  return (endS - positionS) * 1000;
}
