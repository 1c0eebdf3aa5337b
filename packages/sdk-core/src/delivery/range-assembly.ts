import type { SegmentGate } from './segment-gate.ts';

/** The end of a range that another server was asked for, held until the bytes before it are there. */
interface Tail<S> {
  readonly meetByte: number;
  readonly source: S;
  readonly chunks: Uint8Array[];
}

/**
 * Puts the bytes of one range in order: `[startByte, nextByte)` was delivered, `[gapEndByte, ...)` may be held as the
 * tail of a hedge. Holds no more than that tail, and what the gate has not let through. `S` is who brings bytes.
 */
export class RangeAssembly<S> {
  readonly #endByte: number;
  readonly #gate: SegmentGate | undefined;
  readonly #deliver: (chunk: Uint8Array, source: S) => void;
  #nextByte: number;
  #tail: Tail<S> | undefined;
  #isGateOpen = false;

  constructor(
    range: { readonly startByte: number; readonly endByte: number },
    deliver: (chunk: Uint8Array, source: S) => void,
    gate?: SegmentGate,
  ) {
    this.#nextByte = range.startByte;
    this.#endByte = range.endByte;
    this.#deliver = deliver;
    this.#gate = gate;
  }

  /** First byte not yet delivered. */
  get nextByte(): number {
    return this.#nextByte;
  }

  /** Up to here bytes are missing: to the tail, where there is one. Exclusive. */
  get gapEndByte(): number {
    return this.#tail?.meetByte ?? this.#endByte;
  }

  get hasTail(): boolean {
    return this.#tail !== undefined;
  }

  get isComplete(): boolean {
    return this.#nextByte === this.#endByte;
  }

  /** Takes the next bytes in order. Gives what is wrong with them; then they were not delivered. */
  receive(chunk: Uint8Array, source: S): string | undefined {
    if (!this.#gate || this.#isGateOpen) {
      this.#pass(chunk, source);
      return undefined;
    }
    const { passed, problem } = this.#gate.push(chunk);
    for (const part of passed) this.#pass(part, source);
    return problem;
  }

  /** A server is no longer asked: what it brought and the gate still holds is asked for again. */
  leave(): void {
    this.#gate?.dropHeld();
  }

  openTail(meetByte: number, source: S): void {
    this.#tail = { meetByte, source, chunks: [] };
  }

  hold(chunk: Uint8Array): void {
    this.#tail?.chunks.push(chunk);
  }

  /** The gap may reach to the end again. */
  dropTail(): void {
    this.#tail = undefined;
  }

  /** The first half has reached the tail: what was held of it goes on. Gives what is wrong with it. */
  joinTail(): string | undefined {
    const tail = this.#tail;
    this.#tail = undefined;
    if (!tail) return undefined;
    for (const chunk of tail.chunks) {
      const problem = this.receive(chunk, tail.source);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** The halves meet inside of what the gate holds: the engine judges the rest, for no byte may be asked for twice. */
  openGate(source: S): void {
    const held = this.#gate?.held;
    this.#isGateOpen = true;
    if (held && held.length > 0) this.#pass(held, source);
  }

  #pass(chunk: Uint8Array, source: S): void {
    this.#nextByte += chunk.length;
    this.#deliver(chunk, source);
  }
}
