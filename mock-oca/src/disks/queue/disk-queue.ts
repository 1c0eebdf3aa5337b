import type { Clock } from '../../deps.ts';
import type { DiskError } from '../disk-store.ts';
import { pickRead, type WaitingRead } from './pick-read.ts';

/** Brings a part of a file into memory. Rejects with `DiskError`. */
export type Load<F> = (file: F, startByte: number, endByte: number) => Promise<void>;

export interface DiskQueuePorts<F> {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly load: Load<F>;
  /** Where a file begins on its disk, as well as it is known. */
  readonly placeOf: (file: F) => number;
  /** Told after each read: how long the disk itself took, and how it went. */
  readonly onRead?: (read: FinishedRead) => void;
}

export interface FinishedRead {
  readonly bytes: number;
  readonly tookMs: number;
  readonly error?: unknown;
}

export interface ReadRange {
  readonly startByte: number;
  readonly endByte: number;
  /** While the arm is there, as much as up to here; nobody waits for it. */
  readonly aheadToByte?: number;
  readonly background?: boolean;
}

interface Read<F> extends WaitingRead {
  readonly file: F;
  readonly startByte: number;
  readonly endByte: number;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  startedAtMs: number | undefined;
}

/** Enough for the disk to order them by itself; more would only make each wait longer for the others. */
export const READS_AT_ONCE = 4;
/** Weight of the newest read in the mean wait. */
const NEWEST = 0.2;

/**
 * The reads of one disk: few large ones at a time, in the order of `pickRead`. Who needs what is waiting or being read
 * already joins that read.
 */
export class DiskQueue<F> {
  readonly #ports: DiskQueuePorts<F>;
  readonly #atOnce: number;
  readonly #waiting: Read<F>[] = [];
  readonly #running = new Set<Read<F>>();
  #headPlace = 0;
  #meanWaitMs = 0;
  #closed: DiskError | undefined;

  constructor(ports: DiskQueuePorts<F>, readsAtOnce: number = READS_AT_ONCE) {
    this.#ports = ports;
    this.#atOnce = readsAtOnce;
  }

  /** Resolves when the range has been read. Rejects with `DiskError`. */
  async read(file: F, range: ReadRange): Promise<void> {
    const { endByte, aheadToByte = endByte, background = false } = range;
    let { startByte } = range;
    while (startByte < endByte) {
      const underWay = this.#covering(file, startByte, background);
      const read = underWay ?? this.#enqueue(file, startByte, this.#untilNext(file, endByte, aheadToByte), background);
      await read.done;
      startByte = read.endByte;
    }
  }

  /** Whether a part of it is being read at this moment: it then lies in memory, but not yet whole. */
  isReading(file: F, startByte: number, endByte: number): boolean {
    for (const read of this.#running) {
      if (read.file === file && read.startByte < endByte && startByte < read.endByte) return true;
    }
    return false;
  }

  /** How long a read waits for this disk: the mean of late, or the age of the oldest one if that is more. */
  delayMs(): number {
    const nowMs = this.#ports.clock.nowMs();
    const oldestMs = this.#waiting.reduce((oldest, read) => Math.max(oldest, nowMs - read.sinceMs), 0);
    if (this.#waiting.length === 0 && this.#running.size === 0) return 0;
    return Math.max(this.#meanWaitMs, oldestMs);
  }

  /** How long the disk has been busy with the read that it took up first; 0 when idle. */
  hangingMs(): number {
    const nowMs = this.#ports.clock.nowMs();
    let longestMs = 0;
    for (const { startedAtMs = nowMs } of this.#running) longestMs = Math.max(longestMs, nowMs - startedAtMs);
    return longestMs;
  }

  get depth(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#waiting.length, running: this.#running.size };
  }

  /** The disk is gone: whoever waits, or is being served, hears of it at once. */
  close(error: DiskError): void {
    this.#closed ??= error;
    for (const read of this.#waiting.splice(0)) read.reject(error);
    for (const read of this.#running) read.reject(error);
  }

  #covering(file: F, byte: number, background: boolean): Read<F> | undefined {
    const covers = (read: Read<F>): boolean => read.file === file && read.startByte <= byte && byte < read.endByte;
    for (const read of this.#running) if (covers(read)) return read;
    // A viewer who joined a read that nobody watches would wait as if he were nobody.
    return this.#waiting.find((read) => covers(read) && (background || !read.background));
  }

  /** Ahead, but not into what somebody else's read brings. */
  #untilNext(file: F, endByte: number, aheadToByte: number): number {
    let until = aheadToByte;
    for (const read of [...this.#running, ...this.#waiting]) {
      if (read.file === file && read.startByte >= endByte) until = Math.min(until, read.startByte);
    }
    return until;
  }

  #enqueue(file: F, startByte: number, endByte: number, background: boolean): Read<F> {
    const { clock, placeOf } = this.#ports;
    const place = placeOf(file);
    const read: Read<F> = {
      file,
      startByte,
      endByte,
      startPlace: place + startByte,
      endPlace: place + endByte,
      background,
      sinceMs: clock.nowMs(),
      startedAtMs: undefined,
      ...promiseParts(),
    };
    if (this.#closed) read.reject(this.#closed);
    else this.#waiting.push(read);
    this.#pump();
    return read;
  }

  #pump(): void {
    while (this.#running.size < this.#atOnce) {
      const picked = pickRead(this.#waiting, this.#headPlace, this.#ports.clock.nowMs());
      const [read] = picked ? this.#waiting.splice(picked.index, 1) : [];
      if (!read) return;
      this.#headPlace = read.endPlace;
      this.#running.add(read);
      void this.#perform(read);
    }
  }

  async #perform(read: Read<F>): Promise<void> {
    const { clock, load, onRead } = this.#ports;
    const startedAtMs = clock.nowMs();
    const finished = (error?: unknown): void => {
      this.#running.delete(read);
      const nowMs = clock.nowMs();
      this.#meanWaitMs += NEWEST * (nowMs - read.sinceMs - this.#meanWaitMs);
      const failed = error === undefined ? {} : { error };
      onRead?.({ bytes: read.endByte - read.startByte, tookMs: nowMs - startedAtMs, ...failed });
    };
    read.startedAtMs = startedAtMs;
    try {
      await load(read.file, read.startByte, read.endByte);
      finished();
      read.resolve();
    } catch (error) {
      finished(error);
      // Where the disk was given up for it, that is what its viewers are told.
      read.reject(this.#closed ?? error);
    }
    this.#pump();
  }
}

function promiseParts(): Pick<Read<unknown>, 'done' | 'resolve' | 'reject'> {
  let resolve = (): void => {};
  let reject: (error: unknown) => void = () => {};
  const done = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  // Whoever asked may be gone by the time the disk fails.
  done.catch(() => {});
  return { done, resolve, reject };
}
