import { firstByteDeadlineMs } from '../delivery/deadlines.ts';
import type { DeliveryOutcome } from '../delivery/ledger.ts';
import type { RangeAssembly } from '../delivery/range-assembly.ts';
import type { FailedAttempt } from '../delivery/range-error.ts';
import { outcomeScope } from '../delivery/range-outcomes.ts';
import type { MoveReason } from '../player-events.ts';
import { Lane } from './delivery-range-lane.ts';
import type { RangeContext, RangeOrder } from './delivery-range-order.ts';
import type { Recovery } from './delivery-range-recovery.ts';
import { Transfer, type TransferEnd } from './delivery-transfer.ts';

/** A failed server that sent this much is asked again: the range moves on. */
const PROGRESS_BYTES = 16 * 1024;

type AssemblyView = Pick<RangeAssembly<unknown>, 'nextByte' | 'gapEndByte' | 'hasTail'>;

/** The running requests of one range: starts them, writes them down once they have ended, draws the conclusions. */
export class RangeLanes {
  readonly #context: RangeContext;
  readonly #order: RangeOrder;
  readonly #assembly: AssemblyView;
  readonly #recovery: Recovery;
  readonly #running = new Map<Transfer, Lane>();
  /** The server that brought bytes last, until the range goes on. */
  #left: { readonly ocaId: string; readonly reason: MoveReason } | undefined;

  constructor(context: RangeContext, order: RangeOrder, assembly: AssemblyView, recovery: Recovery) {
    this.#context = context;
    this.#order = order;
    this.#assembly = assembly;
    this.#recovery = recovery;
  }

  start(ocaId: string, startByte: number, endByte: number, isPiece = false): Lane {
    const { book, record, clock } = this.#context;
    const { fileId, sizeBytes, etag } = this.#order.rendition;
    const { leniency } = this.#recovery;
    const firstByteMs = firstByteDeadlineMs({ latencyMs: book.meter(ocaId).latencyMs(), leniency });
    const plan = { ocaId, url: book.url(ocaId, fileId), startByte, endByte, sizeBytes, etag, firstByteMs };
    const transfer = new Transfer(this.#context, plan, (bytes, outcome) =>
      record.count(outcome === 'lost-race' ? 'racedBytes' : 'lostBytes', bytes),
    );
    const lane = new Lane(clock, transfer, isPiece);
    this.#running.set(transfer, lane);
    return lane;
  }

  laneOf(transfer: Transfer): Lane | undefined {
    return this.#running.get(transfer);
  }

  /** Another range found this server dead: who waits for it here moves on at once, if there is anywhere to go. */
  suspect(ocaId: string, hasOthers: () => boolean): void {
    for (const lane of this.#running.values()) {
      if (lane.ocaId !== ocaId || lane.transfer.end) continue;
      lane.isSuspect = true;
      if (!lane.transfer.isFlowing && hasOthers()) this.leaveSuspect(lane);
    }
  }

  leaveSuspect({ transfer }: Lane): void {
    transfer.stop(transfer.isOpen ? 'stalled' : 'first-byte-late');
  }

  stopAll(): void {
    for (const { transfer } of this.#running.values()) transfer.stop('cancelled');
  }

  /** The range is over: whatever still ran or was held is written down as it stands. */
  settleAll(): void {
    this.stopAll();
    for (const lane of this.#running.values()) this.settle(lane);
  }

  /** Writes an ended request down. `found`: what it brought turned out to be wrong only after its end. */
  settle(lane: Lane, found?: string): void {
    const { transfer } = lane;
    const { end, plan } = transfer;
    if (!end || !this.#running.delete(transfer)) return;
    const outcome = this.#outcomeOf(lane, end, found);
    const { rendition, segmentNumber } = this.#order;
    const { ocaId, startByte: requestedFrom } = plan;
    const { deliveredTo } = lane;
    this.#context.record.count('lostBytes', end.receivedTo - deliveredTo);
    this.#context.record.append({
      ocaId,
      fileId: rendition.fileId,
      renditionId: rendition.renditionId,
      segmentNumber,
      requestedFrom,
      deliveredTo,
      startedAtMs: transfer.startedAtMs,
      endedAtMs: end.endedAtMs,
      outcome,
    });
    if (lane.deliveredBytes >= PROGRESS_BYTES) this.#recovery.progressed(end.endedAtMs);
    // A tail that failed while it was held back was not yet the one to be left.
    const isAside = lane.isConcluded && lane.deliveredBytes === 0;
    if (isMove(outcome) && !isAside) this.#left ??= { ocaId, reason: outcome };
    if (found !== undefined) lane.isConcluded = false;
    this.conclude(lane, { ...end, outcome });
  }

  /** Notes what the end of a request says of its server, once: for a tail before its bytes are written down. */
  conclude(lane: Lane, end: TransferEnd): void {
    if (lane.isConcluded) return;
    lane.isConcluded = true;
    const { book } = this.#context;
    if (end.outcome === 'complete') book.noteSuccess(lane.ocaId, this.#order.rendition.fileId);
    else if (isMove(end.outcome) && !isByPace(end.outcome)) this.#noteFailed(lane, end, end.outcome);
  }

  /** The range goes on at `to`, which has sent bytes: tells so where it was somebody else's before. */
  announce(to: string): void {
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
      atByte: this.#assembly.nextByte,
      startByte,
      endByte,
    });
  }

  /** Where the halves of a hedge meet, the first one has delivered all that it was asked for. */
  #outcomeOf(lane: Lane, end: TransferEnd, found: string | undefined): DeliveryOutcome {
    if (found !== undefined) return 'other-bytes';
    if (end.outcome !== 'complete') return end.outcome;
    if (lane.deliveredTo < lane.transfer.plan.endByte) return 'cancelled';
    return this.#assembly.hasTail && lane.deliveredTo === this.#assembly.gapEndByte ? 'hedge' : 'complete';
  }

  #noteFailed({ ocaId, transfer, deliveredBytes }: Lane, end: TransferEnd, reason: MoveReason): void {
    const { book, alarm, onLacking } = this.#context;
    const { fileId } = this.#order.rendition;
    const attempt: FailedAttempt = { ocaId, outcome: end.outcome, action: end.action?.kind, status: end.status };
    this.#recovery.noteFailed(attempt, deliveredBytes >= PROGRESS_BYTES);
    if (end.action?.kind === 'token-expired') return;
    const { firstByteMs } = transfer.plan;
    // Where all are late in turn, leniency already knows that the way is long; a suspect was not waited for to the end.
    const isLate = reason === 'first-byte-late' && end.endedAtMs - transfer.startedAtMs >= firstByteMs;
    if (isLate && this.#recovery.leniency === 1) book.meter(ocaId).late(firstByteMs);
    const isLacking = outcomeScope(attempt) === 'lacking';
    if (isLacking) {
      book.noteLacking(ocaId, fileId);
      onLacking(ocaId, fileId);
    }
    const scope = outcomeScope(attempt) === 'host' ? 'host' : 'file';
    const retryAfter = end.action?.kind === 'busy' ? { retryAfterMs: end.action.retryAfterMs } : {};
    book.noteFailure({ ocaId, fileId, reason, startedAtMs: transfer.startedAtMs, scope, ...retryAfter });
    if (scope === 'host') alarm.raise(ocaId);
  }
}

function isMove(outcome: DeliveryOutcome): outcome is MoveReason & DeliveryOutcome {
  return outcome !== 'complete' && outcome !== 'cancelled' && outcome !== 'lost-race';
}

/** It works, only not fast enough. */
function isByPace(outcome: DeliveryOutcome): boolean {
  return outcome === 'too-slow' || outcome === 'hedge';
}
