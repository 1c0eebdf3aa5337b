export const ON_FROM = 0.4;
const OFF_BELOW = 0.25;
const OFF_AFTER_MS = 5000;

/** Whether anybody might soon have to be refused: on at once, off once it has been quiet for a while. */
export class Watchfulness {
  #isOn = false;
  #busyAtMs = 0;

  /** `share` is that of the worst bottleneck: 1 is all there is. */
  isOn(share: number, nowMs: number): boolean {
    if (share >= (this.#isOn ? OFF_BELOW : ON_FROM)) {
      this.#isOn = true;
      this.#busyAtMs = nowMs;
    } else if (nowMs - this.#busyAtMs >= OFF_AFTER_MS) this.#isOn = false;
    return this.#isOn;
  }
}
