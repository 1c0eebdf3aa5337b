import { firstByteDeadlineMs, raceAfterMs, stallDeadlineMs } from '../delivery/deadlines.ts';
import { type FailedAttempt, rangeError } from '../delivery/range-error.ts';
import { isTransient, outcomeScope } from '../delivery/range-outcomes.ts';
import type { MoveReason, PlayerEvents } from '../player-events.ts';
import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { type HttpClient, HttpFailure } from '../ports/http-client.ts';
import type { RangeRequest } from '../ports/media-engine.ts';
import type { DeliveryGrant } from './delivery-listener.ts';
import { PaceJudge } from './delivery-pace.ts';
import { type Opened, openRaced } from './delivery-race.ts';
import type { DeliveryRecord } from './delivery-record.ts';
import type { Renewals } from './delivery-renewals.ts';
import type { ServerBook } from './delivery-server-book.ts';
import { Transfer, type TransferEnd, type TransferSink } from './delivery-transfer.ts';
import { sleepUntil } from './delivery-wait.ts';

export interface RangeContext {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly book: ServerBook;
  readonly record: DeliveryRecord;
  readonly renewals: Renewals;
  readonly onHandOver: (event: PlayerEvents['hand-over']) => void;
}

export interface RangeOrder extends RangeRequest {
  readonly neededInMs: number;
  /** The first request of a play: a second server is raced when its first byte is late. */
  readonly isFirst: boolean;
  readonly signal: CancelSignal;
}

/** A failed server that sent this much is asked again: the range moves on. */
const PROGRESS_BYTES = 16 * 1024;
/** How long all servers may fail before the range does: as long as the buffer lasts, within these bounds. */
const MIN_PATIENCE_MS = 4_000;
const MAX_PATIENCE_MS = 30_000;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 4_000;

/** One range, from whichever servers: each attempt starts at the first byte not yet delivered. */
export class RangeDelivery {
  readonly #context: RangeContext;
  readonly #order: RangeOrder;
  readonly #neededAtMs: number;
  readonly #attempts: FailedAttempt[] = [];
  /** Failed in this round. */
  readonly #failed = new Map<string, FailedAttempt>();
  readonly #running = new Set<Transfer>();
  #nextByte: number;
  #round = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #patienceFromMs: number;
  #hasRenewedToken = false;
  #hasRenewedServers = false;
  #mayRace: boolean;
  #left: { readonly ocaId: string; readonly reason: MoveReason } | undefined;

  constructor(context: RangeContext, order: RangeOrder) {
    this.#context = context;
    this.#order = order;
    this.#patienceFromMs = context.clock.nowMs();
    this.#neededAtMs = this.#patienceFromMs + order.neededInMs;
    this.#nextByte = order.startByte;
    this.#mayRace = order.isFirst;
  }

  /** Gives the server that delivered the last byte. */
  async perform(): Promise<string> {
    const stop = (): void => {
      for (const transfer of this.#running) transfer.stop('cancelled');
    };
    this.#order.signal.addEventListener('abort', stop);
    try {
      return await this.#perform();
    } finally {
      this.#order.signal.removeEventListener('abort', stop);
    }
  }

  async #perform(): Promise<string> {
    for (;;) {
      if (this.#order.signal.aborted) throw new HttpFailure('aborted', 'The range was cancelled.');
      const { averageBps: mediaBps } = this.#order.rendition;
      const choice = this.#context.book.choose({ ...this.#query(), mediaBps, neededInMs: this.#neededInMs() });
      const doneBy = choice ? await this.#attempt(choice.ocaId, choice.bytes) : await this.#recover();
      if (doneBy !== undefined) return doneBy;
    }
  }

  /** Gives the server that completed the range, if one did: not always `ocaId`, where two were raced. */
  async #attempt(ocaId: string, bytes?: number): Promise<string | undefined> {
    const grant = this.#context.book.grant;
    this.#announce(ocaId);
    const { transfer, end, others } = await this.#open(ocaId, bytes);
    for (const other of others) this.#settle(other);
    if (end) this.#settle(transfer);
    else await this.#pump(transfer, others.length > 0);
    if (transfer.end?.action?.kind === 'token-expired' && grant) await this.#renewToken(transfer.plan.ocaId, grant);
    return this.#nextByte === this.#order.endByte ? transfer.plan.ocaId : undefined;
  }

  async #open(ocaId: string, bytes?: number): Promise<Opened> {
    const { clock, book } = this.#context;
    const transfer = this.#start(ocaId, bytes);
    if (!this.#mayRace) return { transfer, end: await transfer.open(), others: [] };
    this.#mayRace = false;
    const others = book.others(ocaId, this.#query());
    const latencies = others.flatMap((other) => book.meter(other.ocaId).latencyMs() ?? []);
    const afterMs = raceAfterMs(latencies.length > 0 ? { fastestOtherMs: Math.min(...latencies) } : {});
    return openRaced(clock, transfer, afterMs, () => {
      const [second] = book.others(ocaId, this.#query());
      return second && !this.#order.signal.aborted ? this.#start(second.ocaId) : undefined;
    });
  }

  /** `bytes`: only so many of the range, to measure a server. */
  #start(ocaId: string, bytes = Number.POSITIVE_INFINITY): Transfer {
    const { book, record } = this.#context;
    const { rendition } = this.#order;
    const endByte = Math.min(this.#order.endByte, this.#nextByte + bytes);
    const latencyMs = book.meter(ocaId).latencyMs();
    const deadline = { leniency: this.#leniency(), ...(latencyMs === undefined ? {} : { latencyMs }) };
    const plan = {
      ocaId,
      url: book.url(ocaId, rendition.fileId),
      startByte: this.#nextByte,
      endByte,
      sizeBytes: rendition.sizeBytes,
      etag: rendition.etag,
      firstByteMs: firstByteDeadlineMs(deadline),
    };
    const transfer = new Transfer(this.#context, plan, (bytes, outcome) =>
      record.count(outcome === 'lost-race' ? 'racedBytes' : 'lostBytes', bytes),
    );
    this.#running.add(transfer);
    return transfer;
  }

  async #pump(transfer: Transfer, wasRaced: boolean): Promise<void> {
    const { book, clock } = this.#context;
    const { ocaId } = transfer.plan;
    const meter = book.meter(ocaId);
    meter.answered(clock.nowMs() - transfer.startedAtMs);
    if (wasRaced) book.prefer(ocaId, 'first-byte-late');
    this.#announce(ocaId);
    meter.began();
    try {
      await transfer.pump(this.#sink(transfer));
    } finally {
      meter.ended();
      this.#settle(transfer);
    }
  }

  #sink(transfer: Transfer): TransferSink {
    const { book, record, clock } = this.#context;
    const { ocaId } = transfer.plan;
    const pace = new PaceJudge(clock);
    return {
      onBytes: (chunk) => {
        this.#nextByte += chunk.length;
        pace.received(chunk.length);
        record.count('deliveredBytes', chunk.length);
        book.meter(ocaId).received(chunk.length);
        this.#order.onBytes(chunk);
      },
      stallMs: (largestGapMs) =>
        stallDeadlineMs({ neededInMs: this.#neededInMs(), largestGapMs, leniency: this.#leniency() }),
      isTooSlow: () => {
        const tooSlowBps = pace.tooSlowBps(() => this.#rest(ocaId));
        if (tooSlowBps !== undefined) book.noteTooSlow(ocaId, tooSlowBps);
        return tooSlowBps !== undefined;
      },
    };
  }

  /** What is still to come, and who else could bring it. */
  #rest(ocaId: string) {
    const query = this.#query();
    const [other] = this.#context.book.others(ocaId, query);
    return {
      remainingBytes: query.bytes,
      neededInMs: this.#neededInMs(),
      mediaBps: this.#order.rendition.averageBps,
      ...(other ? { other } : {}),
    };
  }

  /** Writes an ended attempt down and draws the conclusions. */
  #settle(transfer: Transfer): void {
    const { end, plan, startedAtMs } = transfer;
    if (!end || !this.#running.delete(transfer)) return;
    const { rendition, segmentNumber } = this.#order;
    const { outcome, deliveredTo, endedAtMs } = end;
    this.#context.record.append({
      ocaId: plan.ocaId,
      fileId: rendition.fileId,
      renditionId: rendition.renditionId,
      segmentNumber,
      requestedFrom: plan.startByte,
      deliveredTo,
      startedAtMs,
      endedAtMs,
      outcome,
    });
    if (deliveredTo - plan.startByte >= PROGRESS_BYTES) {
      this.#patienceFromMs = endedAtMs;
      this.#backoffMs = FIRST_BACKOFF_MS;
    }
    if (outcome === 'complete') this.#context.book.noteSuccess(plan.ocaId, rendition.fileId);
    if (outcome === 'complete' || outcome === 'cancelled' || outcome === 'lost-race') return;
    this.#left = { ocaId: plan.ocaId, reason: outcome };
    if (outcome !== 'too-slow') this.#noteFailed(transfer, end, outcome);
  }

  #noteFailed({ plan, startedAtMs }: Transfer, end: TransferEnd, reason: MoveReason): void {
    const { book } = this.#context;
    const { ocaId } = plan;
    const { fileId } = this.#order.rendition;
    const attempt: FailedAttempt = {
      ocaId,
      outcome: end.outcome,
      ...(end.action ? { action: end.action.kind } : {}),
      ...(end.status === undefined ? {} : { status: end.status }),
    };
    this.#attempts.push(attempt);
    if (end.action?.kind === 'token-expired') return;
    if (end.deliveredTo - plan.startByte < PROGRESS_BYTES) this.#failed.set(ocaId, attempt);
    const scope = outcomeScope(attempt);
    if (scope === 'lacking') book.noteLacking(ocaId, fileId);
    const retryAfter = end.action?.kind === 'busy' ? { retryAfterMs: end.action.retryAfterMs } : {};
    book.noteFailure({ ocaId, fileId, reason, startedAtMs, scope: scope === 'host' ? 'host' : 'file', ...retryAfter });
  }

  async #renewToken(ocaId: string, grant: DeliveryGrant): Promise<void> {
    const { book, renewals } = this.#context;
    const isFirst = !this.#hasRenewedToken;
    this.#hasRenewedToken = true;
    if (isFirst && book.grant !== grant) return;
    if (isFirst && (await renewals.renew('token-expired', grant, this.#order.signal))) return;
    this.#failed.set(ocaId, { ocaId, outcome: 'status', action: 'token-expired' });
  }

  /** No server is left in this round: a fresh grant, or a pause while the buffer lasts, or the error. */
  async #recover(): Promise<undefined> {
    const { book, renewals, clock } = this.#context;
    const { signal } = this.#order;
    const { grant } = book;
    const failed = [...this.#failed.values()];
    const isTokenDead = failed.length > 0 && failed.every(({ action }) => action === 'token-expired');
    if (grant && !isTokenDead && !this.#hasRenewedServers) {
      this.#hasRenewedServers = true;
      const isNew = await renewals.renew('no-server-left', grant, signal);
      if (isNew) this.#nextRound();
      if (isNew || signal.aborted) return;
    }
    const patienceMs = Math.min(MAX_PATIENCE_MS, Math.max(MIN_PATIENCE_MS, this.#order.neededInMs));
    const patienceEndMs = this.#patienceFromMs + patienceMs;
    if (!failed.some(isTransient) || clock.nowMs() >= patienceEndMs)
      throw rangeError(this.#order.rendition.fileId, this.#attempts);
    await sleepUntil(clock, Math.min(patienceEndMs, clock.nowMs() + this.#backoffMs), signal);
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2);
    this.#nextRound();
  }

  #nextRound(): void {
    this.#failed.clear();
    this.#round++;
  }

  #announce(to: string): void {
    const left = this.#left;
    this.#left = undefined;
    if (!left || left.ocaId === to) return;
    const { rendition, segmentNumber, startByte, endByte } = this.#order;
    this.#context.onHandOver({
      from: left.ocaId,
      to,
      reason: left.reason,
      renditionId: rendition.renditionId,
      segmentNumber,
      atByte: this.#nextByte,
      startByte,
      endByte,
    });
  }

  #query() {
    const bytes = this.#order.endByte - this.#nextByte;
    return { fileId: this.#order.rendition.fileId, bytes, avoid: new Set(this.#failed.keys()) };
  }

  #neededInMs(): number {
    return Math.max(0, this.#neededAtMs - this.#context.clock.nowMs());
  }

  /** Every later round waits longer: when all are late, the way is long. */
  #leniency(): number {
    return 2 ** Math.min(2, this.#round);
  }
}
