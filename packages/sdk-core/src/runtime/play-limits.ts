import type { AbrLimits } from '../abr/abr-context.ts';
import { type Limit, limitsOf } from '../abr/limits.ts';
import { type DroppedFrames, droppedFramesLimit, NO_DROPPED_FRAMES, noteFrames } from '../abr/limits-dropped-frames.ts';
import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import type { PlayerOptions } from '../player-options.ts';
import type { Clock } from '../ports/clock.ts';
import type { MediaEngine } from '../ports/media-engine.ts';
import type { NetworkInfo } from '../ports/network-info.ts';

export type LimitOptions = Pick<
  PlayerOptions,
  'device' | 'maxVideoBps' | 'maxHeightPx' | 'capToViewport' | 'dataSaver'
>;

export interface PlayLimitsDeps {
  readonly presentation: Presentation;
  readonly options: LimitOptions;
  readonly clock: Clock;
  readonly engine: MediaEngine;
  readonly networkInfo?: NetworkInfo | undefined;
  readonly shown: () => RenditionView | undefined;
  readonly serverBps: () => number | undefined;
}

/** The upper bounds of one play, as they are when asked for. */
export class PlayLimits {
  readonly #deps: PlayLimitsDeps;
  #frames: DroppedFrames = NO_DROPPED_FRAMES;

  constructor(deps: PlayLimitsDeps) {
    this.#deps = deps;
  }

  now(): AbrLimits & { readonly limits: readonly Limit[] } {
    const { presentation, options, clock, engine, networkInfo, shown, serverBps } = this.#deps;
    const { device, maxVideoBps, maxHeightPx, capToViewport = true } = options;
    const nowMs = clock.nowMs();
    const snapshot = engine.snapshot();
    this.#frames = noteFrames(this.#frames, snapshot, shown(), nowMs);
    return limitsOf({
      video: presentation.video,
      device: { maxVideoBps: device.maxVideoBps, maxHeightPx: device.maxHeightPx },
      app: { maxVideoBps, maxHeightPx },
      viewport: capToViewport ? snapshot.viewport : undefined,
      savesData: options.dataSaver ?? networkInfo?.current().savesData,
      droppedFrames: droppedFramesLimit(this.#frames, nowMs),
      serverBps: serverBps(),
    });
  }
}
