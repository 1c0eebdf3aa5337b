import type { Clock } from '../ports/clock.ts';
import { type ByteReader, HttpFailure } from '../ports/http-client.ts';

/** What a server does to its bodies now; read anew at every step, so that running bodies feel a change. */
export interface BodyConditions {
  readonly rateBps: number;
  readonly chunkBytes: number;
  /** After so many bytes of a body: `hang` sends no more, `reset` breaks the connection, `end` closes it cleanly. */
  readonly breaks?: { readonly kind: 'hang' | 'reset' | 'end'; readonly afterBytes: number };
}

export type BodyOutcome = 'sent' | 'cancelled' | 'reset' | 'ended-short';

interface PendingRead {
  resolve(chunk: Uint8Array | undefined): void;
  reject(error: unknown): void;
}

/** A body that arrives at the server's pace in virtual time, read or not (the client's window is endless). */
export class ScriptedBody implements ByteReader {
  sentBytes = 0;
  outcome: BodyOutcome | undefined;
  readonly #clock: Clock;
  readonly #bytes: Uint8Array;
  readonly #conditions: () => BodyConditions;
  #readyAtMs: number;
  #pending: PendingRead | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, bytes: Uint8Array, conditions: () => BodyConditions) {
    this.#clock = clock;
    this.#bytes = bytes;
    this.#conditions = conditions;
    this.#readyAtMs = clock.nowMs();
  }

  read(): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.changed();
    });
  }

  cancel(): void {
    this.#finish('cancelled');
  }

  /** The server's conditions changed: what is awaited is worked out anew. */
  changed(): void {
    this.#cancelTimer?.();
    if (!this.#pending) return;
    if (this.outcome) this.#settleEnded(this.outcome);
    else this.#awaitNext();
  }

  #settleEnded(outcome: BodyOutcome): void {
    if (outcome === 'reset') this.#settle(({ reject }) => reject(resetFailure()));
    else this.#settle(({ resolve }) => resolve(undefined));
  }

  #awaitNext(): void {
    const { rateBps, chunkBytes, breaks } = this.#conditions();
    const size = this.#bytes.length;
    const limit = breaks ? Math.max(this.sentBytes, Math.min(breaks.afterBytes, size)) : size;
    const length = Math.min(chunkBytes, limit - this.sentBytes);
    if (length > 0) this.#awaitChunk(length, (length * 8000) / rateBps);
    else if (this.sentBytes === size) this.#finish('sent');
    else if (breaks?.kind === 'end') this.#finish('ended-short');
    else if (breaks?.kind === 'reset') this.#finish('reset');
  }

  #awaitChunk(length: number, durationMs: number): void {
    const readyAtMs = this.#readyAtMs + durationMs;
    const send = (): void => {
      this.#readyAtMs = readyAtMs;
      const chunk = this.#bytes.slice(this.sentBytes, this.sentBytes + length);
      this.sentBytes += length;
      this.#settle((pending) => pending.resolve(chunk));
    };
    if (readyAtMs <= this.#clock.nowMs()) send();
    else this.#cancelTimer = this.#clock.schedule(readyAtMs - this.#clock.nowMs(), send);
  }

  #finish(outcome: BodyOutcome): void {
    this.outcome ??= outcome;
    this.changed();
  }

  #settle(act: (pending: PendingRead) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) act(pending);
  }
}

const resetFailure = (): HttpFailure => new HttpFailure('network', 'The connection was reset.');
