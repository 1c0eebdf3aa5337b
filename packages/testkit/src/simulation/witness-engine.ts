import type {
  Clock,
  EngineAbilities,
  EngineHost,
  EngineSnapshot,
  MediaEngine,
  Presentation,
  RangeRequest,
} from '@pressplay/sdk-core';

/** What an engine was given for one range, compared with the file. */
export interface WitnessedRange {
  readonly fileId: string;
  readonly renditionId: string;
  readonly segmentNumber: number;
  readonly startByte: number;
  readonly endByte: number;
  /** Delivered in order from `startByte` on. */
  receivedBytes: number;
  /** Of these, how many differ from the file or lie beyond the range. */
  wrongBytes: number;
  outcome: 'running' | 'complete' | 'failed';
  readonly startedAtMs: number;
  endedAtMs: number;
}

/** Passes everything on and compares each delivered byte with the file it should come from. */
export class WitnessEngine implements MediaEngine {
  readonly abilities: EngineAbilities;
  readonly ranges: WitnessedRange[] = [];
  readonly #inner: MediaEngine;
  readonly #fileOf: (fileId: string) => Uint8Array | undefined;
  readonly #clock: Clock;

  constructor(inner: MediaEngine, clock: Clock, fileOf: (fileId: string) => Uint8Array | undefined) {
    this.abilities = inner.abilities ?? {};
    this.#inner = inner;
    this.#clock = clock;
    this.#fileOf = fileOf;
  }

  open(presentation: Presentation, host: EngineHost, options: { readonly startAtMs: number }): void {
    const watched: EngineHost = {
      selectVideo: (request) => host.selectVideo(request),
      judgeDownload: (progress) => host.judgeDownload(progress),
      selectReplacement: (request) => host.selectReplacement(request),
      fetchRange: (request) => this.#fetch(host, request),
      notify: (event) => host.notify(event),
    };
    this.#inner.open(presentation, watched, options);
  }

  play(): void {
    this.#inner.play();
  }

  pause(): void {
    this.#inner.pause();
  }

  seek(positionMs: number): void {
    this.#inner.seek(positionMs);
  }

  snapshot(): EngineSnapshot {
    return this.#inner.snapshot();
  }

  close(): void {
    this.#inner.close();
  }

  async #fetch(host: EngineHost, request: RangeRequest): Promise<void> {
    const { rendition, segmentNumber, startByte, endByte } = request;
    const range: WitnessedRange = {
      fileId: rendition.fileId,
      renditionId: rendition.renditionId,
      segmentNumber,
      startByte,
      endByte,
      receivedBytes: 0,
      wrongBytes: 0,
      outcome: 'running',
      startedAtMs: this.#clock.nowMs(),
      endedAtMs: Number.POSITIVE_INFINITY,
    };
    this.ranges.push(range);
    const file = this.#fileOf(rendition.fileId);
    const onBytes = (chunk: Uint8Array): void => {
      range.wrongBytes += wrongBytesIn(chunk, file, startByte + range.receivedBytes, endByte);
      range.receivedBytes += chunk.length;
      request.onBytes(chunk);
    };
    try {
      await host.fetchRange({ ...request, onBytes });
      range.outcome = 'complete';
    } catch (error) {
      range.outcome = 'failed';
      throw error;
    } finally {
      range.endedAtMs = this.#clock.nowMs();
    }
  }
}

function wrongBytesIn(chunk: Uint8Array, file: Uint8Array | undefined, at: number, endByte: number): number {
  if (!file) return chunk.length;
  // The very memory of the file needs no comparing: the same bytes, from the right place.
  const isItself = chunk.buffer === file.buffer && chunk.byteOffset === file.byteOffset + at;
  const isEqual = isItself || Buffer.compare(chunk, file.subarray(at, at + chunk.length)) === 0;
  const isRight = at + chunk.length <= endByte && isEqual;
  if (isRight) return 0;
  let wrong = 0;
  for (let i = 0; i < chunk.length; i++) if (at + i >= endByte || chunk[i] !== file[at + i]) wrong++;
  return wrong;
}
