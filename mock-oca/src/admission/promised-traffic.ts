import { BOUNDS, COPIES_AHEAD_MS } from './admit.ts';
import { OwnLines, type VirtualLines } from './virtual-lines.ts';
import type { WorkKind } from './work-kind.ts';

/** Counted as soon as a response is promised; what a longer one sends beyond is counted as it goes. */
export const PROMISED_BYTES = 2 * 1024 * 1024;
/** What lies further back is forgiven: a kind that was over its share for an hour is taken again after so long a rest. */
export const FORGIVEN_AFTER_MS = 2000;

type Line = WorkKind | 'copies';

const NUMBER: Readonly<Record<Line, number>> = { prefetch: 0, fill: 1, copies: 2, 'new-play': 3, 'running-play': 4 };
export const LINE_COUNT = Object.keys(NUMBER).length;

/** Where viewers' bytes are counted. What is copied stands in no viewer's way. */
const OF_VIEWERS: readonly Line[] = ['prefetch', 'fill', 'new-play', 'running-play', 'copies'];
const OF_COPIES: readonly Line[] = ['copies'];

const LINES = { ...BOUNDS, copies: { rateShare: BOUNDS.fill.rateShare, aheadMs: COPIES_AHEAD_MS } };

/**
 * When each kind's share of the capacity would have sent all that was promised: a virtual line a kind, which carries
 * what its betters send, too. Unlike a measured rate it knows of a request before its bytes go.
 */
export class PromisedTraffic {
  readonly #capacityBps: number;
  readonly #lines: VirtualLines;

  constructor(capacityBps: number, lines: VirtualLines = new OwnLines(LINE_COUNT)) {
    this.#capacityBps = capacityBps;
    this.#lines = lines;
  }

  aheadMs(kind: WorkKind, nowMs: number): number {
    const aheadMs = Math.max(0, this.#lines.freeAtMs(NUMBER[kind]) - nowMs);
    if (kind !== 'fill') return aheadMs;
    return Math.max(aheadMs, this.#lines.freeAtMs(NUMBER.copies) - nowMs - COPIES_AHEAD_MS + BOUNDS.fill.aheadMs);
  }

  /** A response of so many bytes was taken on. */
  promise(bytes: number, work: 'fill' | 'viewing', nowMs: number): Promised {
    const lines = work === 'fill' ? OF_COPIES : OF_VIEWERS;
    const add = (more: number, atMs: number): void => {
      for (const line of lines) this.#add(line, more, atMs);
    };
    return new Promised(Math.min(bytes, PROMISED_BYTES), add, nowMs);
  }

  #add(line: Line, bytes: number, nowMs: number): void {
    const { rateShare, aheadMs } = LINES[line];
    const tookMs = (bytes * 8000) / (this.#capacityBps * rateShare);
    this.#lines.add(NUMBER[line], tookMs, nowMs, nowMs + aheadMs + FORGIVEN_AFTER_MS + Math.max(0, tookMs));
  }
}

/** The account of one response. */
export class Promised {
  readonly #add: (bytes: number, nowMs: number) => void;
  #leftBytes: number;

  constructor(bytes: number, add: (bytes: number, nowMs: number) => void, nowMs: number) {
    this.#add = add;
    this.#leftBytes = bytes;
    add(bytes, nowMs);
  }

  sent(bytes: number, nowMs: number): void {
    const beyond = Math.max(0, bytes - this.#leftBytes);
    this.#leftBytes -= bytes - beyond;
    if (beyond > 0) this.#add(beyond, nowMs);
  }

  /** What was not sent is given back. */
  end(nowMs: number): void {
    if (this.#leftBytes > 0) this.#add(-this.#leftBytes, nowMs);
    this.#leftBytes = 0;
  }
}
