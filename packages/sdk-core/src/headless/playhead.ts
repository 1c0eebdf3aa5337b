/** A position that moves with the clock while it runs. */
export class Playhead {
  #anchorPositionMs = 0;
  #anchorAtMs = 0;
  #running = false;
  #rate = 1;

  /** Media time per time. */
  get rate(): number {
    return this.#rate;
  }

  setRate(rate: number, nowMs: number, limitMs: number): void {
    this.#anchorPositionMs = this.positionMs(nowMs, limitMs);
    this.#anchorAtMs = nowMs;
    this.#rate = rate;
  }

  get running(): boolean {
    return this.#running;
  }

  /** The position, never beyond what is buffered. */
  positionMs(nowMs: number, limitMs: number): number {
    if (!this.#running) return this.#anchorPositionMs;
    return Math.min(limitMs, this.#anchorPositionMs + (nowMs - this.#anchorAtMs) * this.#rate);
  }

  run(nowMs: number): void {
    this.#anchorAtMs = nowMs;
    this.#running = true;
  }

  halt(nowMs: number, limitMs: number): void {
    this.#anchorPositionMs = this.positionMs(nowMs, limitMs);
    this.#running = false;
  }

  jumpTo(positionMs: number): void {
    this.#anchorPositionMs = positionMs;
    this.#running = false;
  }
}
