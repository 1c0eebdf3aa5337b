import type { MoveReason, PlayerEvents } from '../player-events.ts';
import { CancelController } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { ByteReader, HttpClient } from '../ports/http-client.ts';
import type { Random } from '../ports/random.ts';
import { BYTES_PER_PROBE, planProbes } from '../server-selection/probe-plan.ts';
import type { DeliveryRecord } from './delivery-record.ts';
import type { ServerBook } from './delivery-server-book.ts';
import { waitUntil } from './delivery-wait.ts';

export interface ProberContext {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly book: ServerBook;
  readonly record: DeliveryRecord;
  readonly onProbe: (event: PlayerEvents['probe']) => void;
  /** How long the buffer lasts. */
  readonly bufferMs: () => number;
}

/** As many bytes as fast.com's first request. Two requests make a probe: one to warm the connection, one to measure. */
const REQUEST_BYTES = BYTES_PER_PROBE / 2;
const DEADLINE_MS = 1500;
const PLAN_EVERY_MS = 5000;

type Answer =
  | { readonly kind: 'answered'; readonly latencyMs: number }
  | { readonly kind: 'failed'; readonly cause: MoveReason; readonly status?: number };

/** Measures the servers that deliver nothing: all at the start, idle ones later. What to probe is `planProbes`'s. */
export class Prober {
  readonly #context: ProberContext;
  readonly #controller = new CancelController();
  readonly #probing = new Set<string>();
  #hasStarted = false;
  #cancelTick = (): void => {};

  constructor(context: ProberContext) {
    this.#context = context;
  }

  /** Probes all candidates side by side, then goes on with idle ones. Without effect the second time. */
  async start(): Promise<void> {
    if (this.#hasStarted || this.#controller.signal.aborted) return;
    this.#hasStarted = true;
    this.#scheduleTick();
    await Promise.all(this.#context.book.servers.map(({ ocaId }) => this.#probe(ocaId)));
  }

  close(): void {
    this.#controller.cancel();
    this.#cancelTick();
  }

  #scheduleTick(): void {
    // Not in step with all the other players that lost the same server.
    const delayMs = PLAN_EVERY_MS * (0.75 + this.#context.random() / 2);
    this.#cancelTick = this.#context.clock.schedule(delayMs, () => {
      this.#scheduleTick();
      for (const ocaId of this.#plan()) void this.#probe(ocaId);
    });
  }

  #plan(): readonly string[] {
    const { book, record, clock, bufferMs } = this.#context;
    const heardAtMs: Record<string, number> = {};
    const predicted: Record<string, number> = {};
    for (const { ocaId } of book.servers) heardAtMs[ocaId] = book.meter(ocaId).heardAtMs ?? 0;
    for (const { ocaId, predictedMs } of book.rankedAll()) predicted[ocaId] = predictedMs;
    const input = {
      servers: book.servers,
      exclusions: book.exclusions,
      heardAtMs,
      predictedMs: predicted,
      preferredId: book.preferredId,
      nowMs: clock.nowMs(),
      bufferMs: bufferMs(),
      deliveredBytes: record.bytes.deliveredBytes,
      spentBytes: record.bytes.probeBytes,
    };
    return planProbes(input).ocaIds;
  }

  async #probe(ocaId: string): Promise<void> {
    const { book, clock, onProbe } = this.#context;
    const fileId = this.#fileOf(ocaId);
    if (fileId === undefined || this.#probing.has(ocaId)) return;
    this.#probing.add(ocaId);
    const startedAtMs = clock.nowMs();
    const warmUp = await this.#ask(ocaId, fileId, 0);
    const answer = warmUp.kind === 'failed' ? warmUp : await this.#ask(ocaId, fileId, REQUEST_BYTES);
    this.#probing.delete(ocaId);
    if (this.#controller.signal.aborted) return;
    if (answer.kind === 'answered') {
      book.meter(ocaId).answered(answer.latencyMs);
      book.noteSuccess(ocaId);
      return onProbe({ ocaId, latencyMs: answer.latencyMs });
    }
    this.#noteFailed(ocaId, fileId, startedAtMs, answer.cause, answer.status);
    onProbe({ ocaId, cause: answer.status === undefined ? answer.cause : `status ${answer.status}` });
  }

  /** A probe that fails beside media that flow says nothing about the server. */
  #noteFailed(ocaId: string, fileId: string, startedAtMs: number, reason: MoveReason, status?: number): void {
    const { book } = this.#context;
    const { heardAtMs } = book.meter(ocaId);
    if (heardAtMs !== undefined && heardAtMs > startedAtMs) return;
    if (reason === 'first-byte-late') book.meter(ocaId).late(DEADLINE_MS);
    const speaksOfHost = status === undefined || status >= 500 || status === 429;
    if (speaksOfHost) book.noteFailure({ ocaId, fileId, reason, startedAtMs, scope: 'host' });
    if (status === 404) book.noteLacking(ocaId, fileId);
  }

  /** Time from asking to the first byte of the body. */
  async #ask(ocaId: string, fileId: string, fromByte: number): Promise<Answer> {
    const { clock, http, book } = this.#context;
    const startedAtMs = clock.nowMs();
    const dueAtMs = startedAtMs + DEADLINE_MS;
    const request = new CancelController();
    const stop = (): void => request.cancel();
    this.#controller.signal.addEventListener('abort', stop);
    try {
      const headers = { Range: `bytes=${fromByte}-${fromByte + REQUEST_BYTES - 1}` };
      const answer = http({ method: 'GET', url: book.url(ocaId, fileId), headers, signal: request.signal });
      const head = await waitUntil(clock, answer, dueAtMs, request.signal, (late) => late.body.cancel());
      if (head.kind !== 'value') return { kind: 'failed', cause: head.kind === 'late' ? 'first-byte-late' : 'reset' };
      const { status, body } = head.value;
      const isFine = status === 206 || status === 200;
      const firstByteAtMs = await this.#swallow(body, dueAtMs, request);
      if (!isFine) return { kind: 'failed', cause: 'status', status };
      if (firstByteAtMs === undefined) return { kind: 'failed', cause: 'first-byte-late' };
      return { kind: 'answered', latencyMs: firstByteAtMs - startedAtMs };
    } finally {
      this.#controller.signal.removeEventListener('abort', stop);
      request.cancel();
    }
  }

  /** Reads what was asked for and gives when its first byte came; a server that sends more is cut off. */
  async #swallow(body: ByteReader, dueAtMs: number, request: CancelController): Promise<number | undefined> {
    const { clock, record } = this.#context;
    let firstByteAtMs: number | undefined;
    let readBytes = 0;
    const count = (chunk: Uint8Array | undefined): void => {
      readBytes += chunk?.length ?? 0;
      record.count('probeBytes', chunk?.length ?? 0);
    };
    while (readBytes <= REQUEST_BYTES) {
      const read = await waitUntil(clock, body.read(), dueAtMs, request.signal, count);
      if (read.kind !== 'value' || !read.value) break;
      firstByteAtMs ??= clock.nowMs();
      count(read.value);
    }
    body.cancel();
    return firstByteAtMs;
  }

  #fileOf(ocaId: string): string | undefined {
    const { grant } = this.#context.book;
    const index = grant?.servers.findIndex((server) => server.ocaId === ocaId) ?? -1;
    return Object.entries(grant?.fileServers ?? {}).find(([, servers]) => servers.includes(index))?.[0];
  }
}
