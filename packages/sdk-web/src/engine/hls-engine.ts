import type { EngineAbilities, EngineHost, EngineSnapshot, MediaEngine, Presentation } from '@pressplay/sdk-core';
import { abandonment, fragmentedMp4, replacement } from '@pressplay/sdk-core/engine';
import { HlsPlayback } from './hls-playback.ts';

export interface HlsEngineOptions {
  readonly video: HTMLVideoElement;
  readonly bufferGoalMs?: number | undefined;
}

const DEFAULT_BUFFER_GOAL_MS = 30_000;
const NOTHING_LOADED: EngineSnapshot = { positionMs: 0, bufferAheadMs: 0, paused: true, ended: false };

/** hls.js as the core's media engine: it decodes and shows, the core chooses renditions and brings the bytes. */
export class HlsEngine implements MediaEngine {
  readonly abilities: EngineAbilities = { abandonment, replacement, segmentGate: fragmentedMp4 };
  readonly #options: HlsEngineOptions;
  #playback: HlsPlayback | undefined;

  constructor(options: HlsEngineOptions) {
    this.#options = options;
  }

  open(presentation: Presentation, host: EngineHost, options: { readonly startAtMs: number }): void {
    this.close();
    const { video, bufferGoalMs = DEFAULT_BUFFER_GOAL_MS } = this.#options;
    this.#playback = new HlsPlayback({ video, presentation, host, bufferGoalMs, startAtMs: options.startAtMs });
  }

  play(): void {
    this.#playback?.play();
  }

  pause(): void {
    this.#playback?.pause();
  }

  seek(positionMs: number): void {
    this.#playback?.seek(positionMs);
  }

  snapshot(): EngineSnapshot {
    return this.#playback?.snapshot() ?? NOTHING_LOADED;
  }

  close(): void {
    this.#playback?.close();
    this.#playback = undefined;
  }
}
