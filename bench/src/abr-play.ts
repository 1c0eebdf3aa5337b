import type { HarnessConfig, HarnessContext, HarnessProgress, HarnessTransfer } from './abr-adapter.ts';
import type { Trace } from './abr-traces.ts';

export interface Decider {
  decide(context: HarnessContext): { readonly quality: number; readonly replace?: number };
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

  /** When so many bits have come since the beginning: the last of them, not the next one after an outage. */
  timeOf(bits: number): number {
    return this.#map(
      Math.max(0, bits - 1e-6),
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
 * limit. A transfer may be given up for a smaller rendition of the same segment, and a buffered segment replaced.
 */
export function play(link: Link, config: HarnessConfig, worth: Worth, abr: Decider): Play {
  const session = new Session(link, config, abr);
  const { video } = config;
  while (session.rungs.length < video.sizes.length) session.next();
  const { rungs, waitedMs, startUpMs } = session;
  const qualities = rungs.map((rung) => worth.qualities[rung] ?? 0);
  const seen = qualities.reduce((sum, own, at) => sum + own - Math.abs(own - (qualities[at - 1] ?? own)), 0);
  return {
    worth: (seen - (worth.waitPrice * (waitedMs + startUpMs)) / 1000) / rungs.length,
    rebuffering: waitedMs / (waitedMs + rungs.length * video.L),
  };
}

class Session {
  readonly rungs: number[] = [];
  waitedMs = 0;
  startUpMs = 0;
  readonly #link: Link;
  readonly #config: HarnessConfig;
  readonly #abr: Decider;
  #nowMs = 0;
  #playedMs = 0;

  constructor(link: Link, config: HarnessConfig, abr: Decider) {
    this.#link = link;
    this.#config = config;
    this.#abr = abr;
  }

  /** One decision and what follows from it. */
  next(): void {
    const { video, bufferMs } = this.#config;
    this.#pass(Math.max(0, this.#level() + video.L - bufferMs));
    const segment = this.rungs.length;
    const playing = Math.floor(this.#playedMs / video.L + 1e-9);
    const { quality, replace = 0 } = this.#abr.decide({
      segment,
      level: this.#level(),
      now: this.#nowMs,
      lastQuality: this.rungs.at(-1) ?? -1,
      contents: () => this.rungs.slice(playing),
      headMs: () => this.#playedMs - playing * video.L,
    });
    if (replace < 0) this.#replace(segment + replace, quality);
    else this.#append(segment, quality);
  }

  #append(segment: number, chosen: number): void {
    const sizes = this.#config.video.sizes[segment] ?? [];
    let rung = chosen;
    for (;;) {
      const transfer = download(this.#link, this.#nowMs, this.#level(), sizes[rung] ?? 0, rung, this.#abr);
      this.#pass(transfer.ms);
      if (transfer.instead < 0) this.rungs.push(rung);
      this.#abr.onDownloaded(transfer);
      if (transfer.instead < 0) return;
      rung = transfer.instead;
    }
  }

  /** Too late where it plays already: then its bytes were for nothing. */
  #replace(segment: number, rung: number): void {
    const { video } = this.#config;
    const size = video.sizes[segment]?.[rung] ?? 0;
    const transfer = download(this.#link, this.#nowMs, this.#level(), size, rung, UNWATCHED);
    this.#pass(transfer.ms);
    if (segment * video.L >= this.#playedMs) this.rungs[segment] = rung;
    this.#abr.onDownloaded(transfer);
  }

  #level(): number {
    return this.rungs.length * this.#config.video.L - this.#playedMs;
  }

  #pass(ms: number): void {
    const level = this.#level();
    if (this.rungs.length === 0) this.startUpMs += ms;
    else this.waitedMs += Math.max(0, ms - level);
    this.#playedMs += Math.min(ms, level);
    this.#nowMs += ms;
  }
}

const UNWATCHED: Pick<Decider, 'onProgress'> = { onProgress: () => -1 };

interface Outcome extends HarnessTransfer {
  /** The rung to ask for in its place; -1 where it is complete. */
  readonly instead: number;
}

function download(
  link: Link,
  atMs: number,
  level: number,
  size: number,
  quality: number,
  abr: Pick<Decider, 'onProgress'>,
): Outcome {
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
