import { abandonment, fragmentedMp4, replacement } from '../engine/index.ts';
import { PlayerError } from '../errors/player-error.ts';
import type { Presentation } from '../manifest/presentation.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineAbilities, EngineHost, EngineSnapshot, MediaEngine } from '../ports/media-engine.ts';
import { SimulatedShow } from './simulated-show.ts';

const DEFAULT_BUFFER_GOAL_MS = 30_000;

/** A media engine that plays into nothing: a buffer in segments and a playhead in Clock time. Deterministic. */
export class HeadlessEngine implements MediaEngine {
  readonly abilities: EngineAbilities = { abandonment, replacement, segmentGate: fragmentedMp4 };
  readonly #clock: Clock;
  readonly #bufferGoalMs: number;
  #show: SimulatedShow | undefined;
  #rate = 1;

  constructor(options: { readonly clock: Clock; readonly bufferGoalMs?: number | undefined }) {
    this.#clock = options.clock;
    this.#bufferGoalMs = options.bufferGoalMs ?? DEFAULT_BUFFER_GOAL_MS;
  }

  open(presentation: Presentation, host: EngineHost, options: { readonly startAtMs: number }): void {
    this.close();
    this.#show = new SimulatedShow(presentation, host, this.#clock, this.#bufferGoalMs);
    this.#show.jumpTo(options.startAtMs);
    this.#show.setRate(this.#rate);
  }

  play(): void {
    this.#show?.play();
  }

  pause(): void {
    this.#show?.pause();
  }

  seek(positionMs: number): void {
    this.#show?.seek(positionMs);
  }

  /** As a viewer sets it on a `video` element: media time per time, above 0. It stays for what is opened later. */
  setPlaybackRate(rate: number): void {
    if (!(rate > 0)) throw new PlayerError('player/invalid-call', 'A playback rate is a number above 0.', { rate });
    this.#rate = rate;
    this.#show?.setRate(rate);
  }

  snapshot(): EngineSnapshot {
    const rate = this.#rate;
    return this.#show?.snapshot() ?? { positionMs: 0, bufferAheadMs: 0, paused: true, ended: false, rate };
  }

  close(): void {
    this.#show?.close();
    this.#show = undefined;
  }
}
