import type { Clock } from '@pressplay/sdk-core';
import { type Endpoint, oneWayMs } from './endpoint.ts';
import type { SharedLink } from './fair-share.ts';
import type { ServedAnswer } from './served-answer.ts';

/**
 * A piece on the wire is about this long at most, and about `PIECE_MS` at the present rate: what a client gives up loses
 * realistic amounts. What happens to servers and lines cuts a piece where it is, to the byte.
 */
const MAX_PIECE_BYTES = 128 * 1024;
const MIN_PIECE_BYTES = 1460;
const PIECE_MS = 50;
/** What may be sent beyond what the receiver has read. */
const WINDOW_BYTES = 256 * 1024;
/** The sender reads ahead from its source up to this. */
const SEND_BUFFER_BYTES = 256 * 1024;

type Source = Pick<ServedAnswer, 'read' | 'cancel'>;

export interface TransferEvents {
  /** Whether this transfer wants a share of its links changed. */
  readonly onDemandChanged: () => void;
  readonly onBytes: (chunk: Uint8Array) => void;
  readonly onEnd: () => void;
  /** The source itself failed: the sender resets the connection. */
  readonly onSourceFailed: (error: unknown) => void;
}

/** One body on its way from a server to a client, at the rate that the network gives it. */
export class Transfer {
  readonly links: readonly SharedLink[];
  #sentBytes = 0;
  #readBytes = 0;
  readonly #clock: Clock;
  readonly #from: Endpoint;
  readonly #to: Endpoint;
  readonly #source: Source;
  readonly #events: TransferEvents;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #sourceState: 'idle' | 'reading' | 'ended' = 'idle';
  #stopped = false;
  #rateBps = 0;
  #piece: { readonly bytes: number; readonly startedAtMs: number; readonly cancel: () => void } | undefined;
  /** Part of a byte that was sent when a rate changed. */
  #creditBytes = 0;
  #lastArrivalMs = 0;

  constructor(clock: Clock, from: Endpoint, to: Endpoint, source: Source, events: TransferEvents) {
    this.#clock = clock;
    this.#from = from;
    this.#to = to;
    this.#source = source;
    this.#events = events;
    this.links = [from.outbound, ...from.bottlenecks, ...to.bottlenecks, to.inbound];
    this.#fill();
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Whether it would use a share of its links now. */
  get wantsToSend(): boolean {
    return !this.#stopped && this.#queuedBytes > 0 && this.#windowBytes() > 0;
  }

  get isOver(): boolean {
    return this.#stopped;
  }

  /** The network's word. Takes effect on the piece that is on the wire. */
  setRate(rateBps: number): void {
    if (rateBps === this.#rateBps) {
      if (!this.#piece) this.#sendPiece();
      return;
    }
    this.#cutPiece();
    this.#rateBps = rateBps;
    this.#sendPiece();
  }

  /** The client took bytes out of its buffer. */
  read(bytes: number): void {
    const didWant = this.wantsToSend;
    this.#readBytes += bytes;
    if (!didWant && this.wantsToSend) this.#events.onDemandChanged();
  }

  /** The sender learns that nobody listens any more, or dies. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#cutPiece();
    this.#stopped = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    if (this.#sourceState !== 'ended') this.#source.cancel();
    this.#events.onDemandChanged();
  }

  #windowBytes(): number {
    return WINDOW_BYTES - (this.#sentBytes - this.#readBytes);
  }

  #fill(): void {
    if (this.#stopped || this.#sourceState !== 'idle' || this.#queuedBytes >= SEND_BUFFER_BYTES) return;
    this.#sourceState = 'reading';
    this.#source.read().then(
      (chunk) => this.#take(chunk),
      (error) => this.#fail(error),
    );
  }

  #take(chunk: Uint8Array | undefined): void {
    if (this.#stopped) return;
    this.#sourceState = chunk ? 'idle' : 'ended';
    if (!chunk) {
      this.#endWhenSent();
      return;
    }
    const didWant = this.wantsToSend;
    if (chunk.byteLength > 0) this.#queue.push(chunk);
    this.#queuedBytes += chunk.byteLength;
    if (!didWant && this.wantsToSend) this.#events.onDemandChanged();
    this.#fill();
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#sourceState = 'ended';
    this.#events.onSourceFailed(error);
  }

  #sendPiece(): void {
    if (!this.wantsToSend || this.#rateBps <= 0) return;
    const head = this.#queue[0];
    if (!head) return;
    const paced = Math.max(MIN_PIECE_BYTES, Math.min(MAX_PIECE_BYTES, (this.#rateBps * PIECE_MS) / 8000));
    // Pieces of equal size: a little rest of a chunk would cost as much as a whole one.
    const count = Math.max(1, Math.round(head.byteLength / paced));
    const bytes = Math.min(Math.ceil(head.byteLength / count), this.#windowBytes());
    const durationMs = (Math.max(0, bytes - this.#creditBytes) * 8000) / this.#rateBps;
    const cancel = this.#clock.schedule(durationMs, () => {
      this.#piece = undefined;
      this.#creditBytes = 0;
      this.#put(bytes);
      this.#sendPiece();
    });
    this.#piece = { bytes, startedAtMs: this.#clock.nowMs(), cancel };
  }

  /** What of the piece has left already is sent; the rest waits for the next rate. */
  #cutPiece(): void {
    const piece = this.#piece;
    if (!piece) return;
    piece.cancel();
    this.#piece = undefined;
    const exactBytes = this.#creditBytes + ((this.#clock.nowMs() - piece.startedAtMs) * this.#rateBps) / 8000;
    const bytes = Math.min(Math.floor(exactBytes), piece.bytes);
    this.#creditBytes = bytes < piece.bytes ? exactBytes - bytes : 0;
    if (bytes > 0) this.#put(bytes);
  }

  #put(bytes: number): void {
    const head = this.#queue[0];
    if (!head) return;
    const chunk = head.subarray(0, bytes);
    if (bytes === head.byteLength) this.#queue.shift();
    else this.#queue[0] = head.subarray(bytes);
    this.#queuedBytes -= bytes;
    this.#sentBytes += bytes;
    const isLast = this.#sourceState === 'ended' && this.#queuedBytes === 0;
    this.#stopped = isLast;
    this.#arrive(() => {
      this.#events.onBytes(chunk);
      if (isLast) this.#events.onEnd();
    });
    if (!this.wantsToSend) this.#events.onDemandChanged();
    this.#fill();
  }

  /** Its last bytes are on the way already. */
  #endWhenSent(): void {
    if (this.#queuedBytes > 0) return;
    this.#stopped = true;
    this.#events.onDemandChanged();
    this.#arrive(this.#events.onEnd);
  }

  /** In order, also where the latency changes in between. */
  #arrive(deliver: () => void): void {
    const nowMs = this.#clock.nowMs();
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, nowMs + oneWayMs(this.#from, this.#to));
    this.#clock.schedule(this.#lastArrivalMs - nowMs, deliver);
  }
}
