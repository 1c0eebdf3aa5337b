import type { HarnessConfig, HarnessContext, HarnessProgress, HarnessTransfer } from './abr-adapter.ts';
import type { Trace } from './abr-traces.ts';

export interface Decider {
  decide(context: HarnessContext): { readonly quality: number };
  onProgress(progress: HarnessProgress): number;
  onDownloaded(transfer: HarnessTransfer): void;
}

/** The quality of a second of each rung; a second of waiting costs as much as one of the best. */
export interface Worth {
  readonly qualities: readonly number[];
  readonly waitPrice: number;
}

export interface Play {
  /** By segment: quality, less its changes, less waiting and start-up. */
  readonly worth: number;
  /** Of the time from the first picture on, the part spent waiting. */
  readonly rebuffering: number;
}

/** What a trace delivers by when, times in milliseconds, sizes in bits. */
export class Link {
  readonly latencyMs: number;
  readonly #startMs: Float64Array;
  readonly #startBits: Float64Array;
  readonly #rate: Float64Array;
  readonly #count: number;

  constructor({ latencyMs, pieces }: Trace) {
    this.latencyMs = latencyMs;
    this.#count = pieces.length;
    this.#rate = Float64Array.from(pieces, ({ rateKbps }) => rateKbps);
    this.#startMs = new Float64Array(pieces.length + 1);
    this.#startBits = new Float64Array(pieces.length + 1);
    for (const [at, { durationMs, rateKbps }] of pieces.entries()) {
      this.#startMs[at + 1] = (this.#startMs[at] ?? 0) + durationMs;
      this.#startBits[at + 1] = (this.#startBits[at] ?? 0) + durationMs * rateKbps;
    }
  }

  /** Bits from the beginning until then. */
  bitsBy(atMs: number): number {
    return this.#map(atMs, this.#startMs, this.#startBits, (piece, over) => over * (this.#rate[piece] ?? 0));
  }

  /** When so many bits have come since the beginning. */
  timeOf(bits: number): number {
    return this.#map(
      bits,
      this.#startBits,
      this.#startMs,
      (piece, over) => over / Math.max(1e-9, this.#rate[piece] ?? 0),
    );
  }

  /** When a segment is here that is asked for then. */
  arrivalMs(askedAtMs: number, bits: number): number {
    return this.timeOf(this.bitsBy(askedAtMs + this.latencyMs) + bits);
  }

  #map(value: number, from: Float64Array, to: Float64Array, within: (piece: number, over: number) => number): number {
    const period = from[this.#count] ?? 1;
    const rounds = Math.floor(value / period);
    const rest = value - rounds * period;
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((from[middle] ?? 0) <= rest) low = middle;
      else high = middle - 1;
    }
    return rounds * (to[this.#count] ?? 0) + (to[low] ?? 0) + within(low, rest - (from[low] ?? 0));
  }
}

const PROGRESS_EVERY_MS = 100;

/**
 * One session: a request at a time, play from the first segment on, a request when a whole segment fits below the
 * limit. A transfer may be given up for a smaller rendition of the same segment.
 */
export function play(
  link: Link,
  { video, bufferMs }: HarnessConfig,
  { qualities, waitPrice }: Worth,
  abr: Decider,
): Play {
  let nowMs = 0;
  let level = 0;
  let waitedMs = 0;
  let startUpMs = 0;
  let worth = 0;
  let last = -1;
  for (const [segment, sizes] of video.sizes.entries()) {
    const idleMs = Math.max(0, level + video.L - bufferMs);
    nowMs += idleMs;
    level -= idleMs;
    let rung = abr.decide({ segment, level, now: nowMs, lastQuality: last }).quality;
    for (let done = false; !done; ) {
      const transfer = download(link, nowMs, level, sizes[rung] ?? 0, rung, abr);
      const lackMs = Math.max(0, transfer.ms - level);
      if (last < 0) startUpMs += transfer.ms;
      else waitedMs += lackMs;
      nowMs += transfer.ms;
      level = Math.max(0, level - transfer.ms);
      done = transfer.instead < 0;
      if (done) level += video.L;
      else rung = transfer.instead;
      abr.onDownloaded(transfer);
    }
    const quality = qualities[rung] ?? 0;
    worth += quality - (last < 0 ? 0 : Math.abs(quality - (qualities[last] ?? 0)));
    last = rung;
  }
  const count = video.sizes.length;
  return {
    worth: (worth - (waitPrice * (waitedMs + startUpMs)) / 1000) / count,
    rebuffering: waitedMs / (waitedMs + count * video.L),
  };
}

interface Outcome extends HarnessTransfer {
  /** The rung to ask for in its place; -1 where it is complete. */
  readonly instead: number;
}

function download(link: Link, atMs: number, level: number, size: number, quality: number, abr: Decider): Outcome {
  const ttfb = link.latencyMs;
  const before = link.bitsBy(atMs + ttfb);
  const endMs = link.timeOf(before + size);
  for (let now = atMs + ttfb + PROGRESS_EVERY_MS; now < endMs; now += PROGRESS_EVERY_MS) {
    const ms = now - atMs;
    const bits = link.bitsBy(now) - before;
    const instead = abr.onProgress({ quality, size, bits, ms, ttfb, level: Math.max(0, level - ms) });
    if (instead >= 0) return { bits, ms, ttfb, instead };
  }
  return { bits: size, ms: endMs - atMs, ttfb, instead: -1 };
}
