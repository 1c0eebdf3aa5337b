import { BOX_HEADER_BYTES, type Box, LARGE_BOX_HEADER_BYTES, readBox, readFragment } from './movie-fragment.ts';

/** No packager writes a larger one; a damaged size must not make the gate hold a whole segment. */
const MAX_FRAGMENT_BYTES = 1024 * 1024;

export interface Gated {
  /** What may go on to the engine, in order. */
  readonly passed: readonly Uint8Array[];
  /** Why the bytes that did not pass are no part of a segment. */
  readonly problem?: string;
}

/**
 * Lets the bytes of one fragmented-MP4 segment through as they come, box headers, and whole `moof`s with the header of
 * what follows, only once they are there and make sense. So a server with damaged bytes is found out before an engine parses them, and another one can go
 * on at the last byte that passed. Media data is not held.
 */
export class SegmentGate {
  #leftBytes: number;
  #held: Uint8Array = new Uint8Array(LARGE_BOX_HEADER_BYTES);
  #heldBytes = 0;
  /** As many bytes must be held before they can be judged. */
  #neededBytes = BOX_HEADER_BYTES;
  /** Of the box that was judged last. */
  #passBytes = 0;
  #sampleBytes: number | undefined;
  #hasMedia = false;
  readonly #segmentBytes: number;

  constructor(segmentBytes: number) {
    this.#segmentBytes = segmentBytes;
    this.#leftBytes = segmentBytes;
  }

  /** All boxes came, among them a fragment and its media. */
  get isComplete(): boolean {
    return this.#leftBytes === 0 && this.#passBytes === 0 && this.#hasMedia;
  }

  /** After a problem the gate is as it was before the bytes that did not pass; `dropHeld` makes it ready for others. */
  push(chunk: Uint8Array): Gated {
    const passed: Uint8Array[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      const taken = rest.subarray(0, this.#passBytes || this.#neededBytes - this.#heldBytes);
      rest = rest.subarray(taken.length);
      if (this.#passBytes > 0) {
        this.#passBytes -= taken.length;
        passed.push(taken);
        continue;
      }
      this.#hold(taken);
      if (this.#heldBytes < this.#neededBytes) break;
      const problem = this.#judge(passed);
      if (problem !== undefined) return { passed, problem };
    }
    return { passed };
  }

  /** Forgets what did not pass yet: it will come again from elsewhere. */
  dropHeld(): void {
    this.#heldBytes = 0;
    this.#neededBytes = BOX_HEADER_BYTES;
  }

  /** What is held, unjudged. */
  get held(): Uint8Array {
    return this.#held.slice(0, this.#heldBytes);
  }

  #hold(bytes: Uint8Array): void {
    if (this.#held.length < this.#neededBytes) {
      const larger = new Uint8Array(this.#neededBytes);
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes += bytes.length;
  }

  #judge(passed: Uint8Array[]): string | undefined {
    const view = new DataView(this.#held.buffer, 0, this.#heldBytes);
    let box = readBox(view, 0, this.#heldBytes);
    if (!box) return this.#holdTo(LARGE_BOX_HEADER_BYTES);
    let problem = sizeProblem(box, this.#leftBytes);
    if (problem === undefined && box.type === 'moof') {
      // It goes on together with the header of its media data: behind a wrong one, no other server could go on.
      const atLeast = box.end + BOX_HEADER_BYTES;
      if (box.end > MAX_FRAGMENT_BYTES) return 'a moof of unlikely size';
      if (this.#heldBytes < atLeast) return this.#holdTo(atLeast);
      const fragment = readFragment(view, box, this.#segmentBytes);
      if ('problem' in fragment) return fragment.problem;
      this.#sampleBytes = fragment.sampleBytes;
      box = readBox(view, box.end, this.#heldBytes);
      if (!box) return this.#holdTo(atLeast + LARGE_BOX_HEADER_BYTES - BOX_HEADER_BYTES);
      problem = sizeProblem(box, this.#leftBytes);
    }
    problem ??= this.#contentProblem(box);
    if (problem !== undefined) return problem;
    passed.push(this.held);
    this.#passBytes = box.end - this.#heldBytes;
    this.#leftBytes -= box.end;
    this.dropHeld();
    return undefined;
  }

  #holdTo(bytes: number): string | undefined {
    this.#neededBytes = bytes;
    return bytes > this.#leftBytes ? 'the boxes do not fill the segment' : undefined;
  }

  #contentProblem({ type, contentStart, end }: Box): string | undefined {
    const isMedia = type === 'mdat' && this.#sampleBytes !== undefined;
    if (isMedia && (this.#sampleBytes ?? 0) > end - contentStart) return 'samples larger than their media data';
    if (end === this.#leftBytes && !isMedia && !this.#hasMedia) return 'no moof and mdat';
    this.#hasMedia ||= isMedia;
    return undefined;
  }
}

function sizeProblem(box: Box, leftBytes: number): string | undefined {
  const restBytes = leftBytes - box.end;
  const fits = box.end >= box.contentStart && restBytes >= 0 && (restBytes === 0 || restBytes >= BOX_HEADER_BYTES);
  return fits ? undefined : 'the boxes do not fill the segment';
}
