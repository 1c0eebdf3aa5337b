import { abandonment, fragmentedMp4, replacement } from '../engine/index.ts';
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

  constructor(options: { readonly clock: Clock; readonly bufferGoalMs?: number | undefined }) {
    this.#clock = options.clock;
    this.#bufferGoalMs = options.bufferGoalMs ?? DEFAULT_BUFFER_GOAL_MS;
  }

  open(presentation: Presentation, host: EngineHost, options: { readonly startAtMs: number }): void {
    this.close();
    this.#show = new SimulatedShow(presentation, host, this.#clock, this.#bufferGoalMs);
    this.#show.jumpTo(options.startAtMs);
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

  snapshot(): EngineSnapshot {
    return this.#show?.snapshot() ?? { positionMs: 0, bufferAheadMs: 0, paused: true, ended: false };
  }

  close(): void {
    this.#show?.close();
    this.#show = undefined;
  }
}
