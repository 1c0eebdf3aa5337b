import { checkHead, type ExpectedRange } from '../delivery/check-head.ts';
import type { DeliveryOutcome } from '../delivery/ledger.ts';
import { type StatusAction, statusAction } from '../delivery/status-action.ts';
import { decodeUtf8 } from '../playback-api/utf8.ts';
import { CancelController } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { ByteReader, HttpClient, HttpResponse } from '../ports/http-client.ts';
import { type Waited, waitUntil } from './delivery-wait.ts';

export interface TransferPlan extends ExpectedRange {
  readonly ocaId: string;
  readonly url: string;
  readonly firstByteMs: number;
}

export interface TransferPorts {
  readonly clock: Clock;
  readonly http: HttpClient;
}

/** Who takes the bytes of a transfer. */
export interface TransferSink {
  /** Gives what is wrong with the bytes, where they are not those wanted: that ends the transfer. */
  onBytes(chunk: Uint8Array): string | undefined;
  stallMs(largestGapMs: number): number;
}

export interface TransferEnd {
  readonly outcome: DeliveryOutcome;
  /** Given to the sink up to here. Exclusive. */
  readonly receivedTo: number;
  readonly endedAtMs: number;
  /** Of an outcome `status`. */
  readonly status?: number;
  readonly action?: StatusAction;
}

const MAX_ERROR_BODY_BYTES = 4096;
const DRAIN_MS = 1000;
const FLOWING_MS = 250;

/** One attempt at one server: `open`, then `pump`. Ends exactly once, whatever happens; says how in `end`. */
export class Transfer {
  readonly plan: TransferPlan;
  readonly startedAtMs: number;
  readonly #ports: TransferPorts;
  /** Bytes that arrived and will never be delivered. */
  readonly #onWaste: (bytes: number, outcome: DeliveryOutcome) => void;
  readonly #controller = new CancelController();
  #reader: ByteReader | undefined;
  #firstChunk: Uint8Array | undefined;
  #reachedByte: number;
  /** Bytes from here on are not wanted. Exclusive. */
  #limitByte: number;
  #heardAtMs: number;
  /** Between two chunks: the rhythm of this connection. */
  #largestGapMs = 0;
  #largestChunkBytes = 0;
  #end: TransferEnd | undefined;

  constructor(
    ports: TransferPorts,
    plan: TransferPlan,
    onWaste: (bytes: number, outcome: DeliveryOutcome) => void = () => {},
  ) {
    this.plan = plan;
    this.startedAtMs = ports.clock.nowMs();
    this.#ports = ports;
    this.#onWaste = onWaste;
    this.#reachedByte = plan.startByte;
    this.#limitByte = plan.endByte;
    this.#heardAtMs = this.startedAtMs;
  }

  get end(): TransferEnd | undefined {
    return this.#end;
  }

  /** Since its last bytes, or since it was asked. */
  get silentForMs(): number {
    return this.#ports.clock.nowMs() - this.#heardAtMs;
  }

  /** Bytes came lately, by the rhythm of this connection. */
  get isFlowing(): boolean {
    return this.isOpen && this.silentForMs < Math.max(FLOWING_MS, this.#largestGapMs * 2);
  }

  /** Its first bytes are there. */
  get isOpen(): boolean {
    return this.#heardAtMs > this.startedAtMs || this.#reachedByte > this.plan.startByte;
  }

  /** Ends at this byte instead of at the end of the range: from there on another server was asked. */
  limitTo(byte: number): void {
    this.#limitByte = byte;
  }

  /** Asks. Gives undefined once the first bytes are there and are the right ones, else how it ended. */
  async open(): Promise<TransferEnd | undefined> {
    const { url, startByte, endByte, firstByteMs } = this.plan;
    const dueAtMs = this.startedAtMs + firstByteMs;
    const headers = { Range: `bytes=${startByte}-${endByte - 1}` };
    const answer = this.#ports.http({ method: 'GET', url, headers, signal: this.#controller.signal });
    const head = await this.#wait(answer, dueAtMs, (late) => late.body.cancel());
    if (head.kind !== 'value') return this.#failed(head, 'first-byte-late');
    this.#reader = head.value.body;
    const verdict = checkHead(head.value, this.plan);
    if (verdict.kind === 'status') return this.#refused(head.value, dueAtMs);
    if (verdict.kind === 'other-bytes') return this.#finish('other-bytes');
    const headAtMs = this.#ports.clock.nowMs();
    const first = await this.#read(head.value.body, dueAtMs);
    if (first.kind !== 'value') return this.#failed(first, 'first-byte-late');
    if (!first.value) return this.#finish('short');
    this.#firstChunk = first.value;
    this.#largestGapMs = this.#ports.clock.nowMs() - headAtMs;
    return undefined;
  }

  /** Streams what `open` began. Rejects only with what `sink.onBytes` threw. */
  async pump(sink: TransferSink): Promise<TransferEnd> {
    const { clock } = this.#ports;
    let chunk = this.#firstChunk;
    this.#firstChunk = undefined;
    while (!this.#end) {
      if (!chunk || !this.#reader) return this.#finish('short');
      if (this.#deliver(chunk, sink) !== undefined) return this.#finish('other-bytes');
      if (this.#end) break;
      if (this.#reachedByte === this.plan.endByte) return this.#complete(this.#reader);
      if (this.#isAtLimit) return this.#finish('hedge');
      const waitedFromMs = clock.nowMs();
      const next = await this.#read(this.#reader, waitedFromMs + sink.stallMs(this.#largestGapMs));
      if (next.kind !== 'value') return this.#failed(next, 'stalled');
      this.#largestGapMs = Math.max(this.#largestGapMs, clock.nowMs() - waitedFromMs);
      chunk = next.value;
    }
    return this.#end;
  }

  /** Stops from outside. Without effect once ended. */
  stop(outcome: 'cancelled' | 'lost-race' | 'first-byte-late' | 'stalled' | 'too-slow'): void {
    this.#finish(outcome);
  }

  /** The next chunk may reach into what another server was asked for: what is left is cheaper asked for than had twice. */
  get #isAtLimit(): boolean {
    const leftBytes = this.#limitByte - this.#reachedByte;
    return this.#limitByte < this.plan.endByte && leftBytes < this.#largestChunkBytes;
  }

  #deliver(chunk: Uint8Array, sink: TransferSink): string | undefined {
    const roomBytes = Math.max(0, this.#limitByte - this.#reachedByte);
    const wanted = chunk.length <= roomBytes ? chunk : chunk.subarray(0, roomBytes);
    this.#largestChunkBytes = Math.max(this.#largestChunkBytes, chunk.length);
    this.#reachedByte += wanted.length;
    this.#onWaste(chunk.length - wanted.length, 'complete');
    try {
      return sink.onBytes(wanted);
    } catch (error) {
      this.#finish('cancelled');
      throw error;
    }
  }

  /** Reads to the end of the body, so that the connection can be used again; cancels a body that goes on. */
  #complete(reader: ByteReader): TransferEnd {
    const end = this.#setEnd('complete');
    const dueAtMs = this.#ports.clock.nowMs() + DRAIN_MS;
    void this.#wait(reader.read(), dueAtMs, (late) => this.#onWaste(late?.length ?? 0, 'complete')).then((rest) => {
      if (rest.kind === 'value') this.#onWaste(rest.value?.length ?? 0, 'complete');
      reader.cancel();
    });
    return end;
  }

  /** The next chunk that holds bytes; undefined at the end of the body. */
  async #read(reader: ByteReader, dueAtMs: number): Promise<Waited<Uint8Array | undefined>> {
    for (;;) {
      const onLate = (late: Uint8Array | undefined): void =>
        this.#onWaste(late?.length ?? 0, this.#end?.outcome ?? 'reset');
      const read = await this.#wait(reader.read(), dueAtMs, onLate);
      if (read.kind !== 'value') return read;
      if (read.value?.length !== 0) {
        this.#heardAtMs = this.#ports.clock.nowMs();
        return read;
      }
    }
  }

  #wait<T>(work: Promise<T>, dueAtMs: number, onLate: (value: T) => void): Promise<Waited<T>> {
    return waitUntil(this.#ports.clock, work, dueAtMs, this.#controller.signal, onLate);
  }

  /** An error answer: its body names the cause, if it comes in time. */
  async #refused(response: HttpResponse, dueAtMs: number): Promise<TransferEnd> {
    const code = response.status === 403 ? await this.#errorCode(response.body, dueAtMs) : undefined;
    const answer = {
      status: response.status,
      ...(code === undefined ? {} : { code }),
      retryAfter: response.header('retry-after'),
      contentRange: response.header('content-range'),
    };
    return this.#finish('status', { status: response.status, action: statusAction(answer, this.plan.sizeBytes) });
  }

  async #errorCode(body: ByteReader, dueAtMs: number): Promise<string | undefined> {
    let bytes = new Uint8Array();
    while (bytes.length < MAX_ERROR_BODY_BYTES) {
      const read = await this.#read(body, dueAtMs);
      if (read.kind !== 'value' || !read.value) break;
      bytes = Uint8Array.from([...bytes, ...read.value.subarray(0, MAX_ERROR_BODY_BYTES)]);
    }
    return codeOf(decodeUtf8(bytes));
  }

  #failed(waited: Exclude<Waited<unknown>, { kind: 'value' }>, whenLate: DeliveryOutcome): TransferEnd {
    return this.#finish(waited.kind === 'late' ? whenLate : 'reset');
  }

  #finish(outcome: DeliveryOutcome, details: Partial<TransferEnd> = {}): TransferEnd {
    if (this.#end) return this.#end;
    const end = this.#setEnd(outcome, details);
    if (this.#firstChunk) this.#onWaste(this.#firstChunk.length, outcome);
    this.#controller.cancel();
    this.#reader?.cancel();
    return end;
  }

  #setEnd(outcome: DeliveryOutcome, details: Partial<TransferEnd> = {}): TransferEnd {
    this.#end ??= { outcome, receivedTo: this.#reachedByte, endedAtMs: this.#ports.clock.nowMs(), ...details };
    return this.#end;
  }
}

function codeOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { error?: { code?: unknown } } | null;
    const code = body?.error?.code;
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
