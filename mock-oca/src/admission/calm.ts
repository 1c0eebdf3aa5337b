import { PROMISED_BYTES } from './promised-traffic.ts';
import { ON_FROM } from './watchfulness.ts';

/** Responses that begin are counted in windows of so long. */
export const CALM_WINDOW_MS = 100;
/** So many responses of unknown length stand beside those seen: what comes from nothing may be long. */
const UNKNOWN_RESPONSES = 4;
/** What was seen counts half as much with each look. */
const FORGETTING = 0.5;

/**
 * How many responses may begin within a window before it must be counted what each of them was promised: as many as would make the load
 * that is watched anyway, each of them as long as they were of late.
 */
export class Calm {
  readonly #windowBytes: number;
  #bytes = 0;
  #responses = 0;

  constructor(capacityBps: number) {
    this.#windowBytes = (ON_FROM * capacityBps * CALM_WINDOW_MS) / 8000;
  }

  /** What was sent, and how many responses were begun, since the last look. */
  look(bytes: number, responses: number): void {
    this.#bytes = this.#bytes * FORGETTING + bytes;
    this.#responses = this.#responses * FORGETTING + responses;
  }

  /** A power of two, so that it changes seldom; at least one. */
  get responses(): number {
    const seenBytes = this.#bytes + UNKNOWN_RESPONSES * PROMISED_BYTES;
    const meanBytes = Math.min(PROMISED_BYTES, seenBytes / (this.#responses + UNKNOWN_RESPONSES));
    return 2 ** Math.max(0, Math.floor(Math.log2(this.#windowBytes / Math.max(1, meanBytes))));
  }
}
