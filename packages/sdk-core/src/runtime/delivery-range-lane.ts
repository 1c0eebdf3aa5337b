import type { Clock } from '../ports/clock.ts';
import { Pace } from './delivery-pace.ts';
import type { Transfer } from './delivery-transfer.ts';

/** One server's part in a range. */
export class Lane {
  readonly transfer: Transfer;
  /** From its first bytes on, those not counted: they came at no pace. */
  pace: Pace;
  /** Only a piece of the range, to measure the server. */
  readonly isPiece: boolean;
  /** Of what it brought, so much reached the engine. */
  deliveredBytes = 0;
  /** Its server failed elsewhere: it goes on only while bytes flow. */
  isSuspect = false;
  /** Its success or failure was noted. */
  isConcluded = false;
  /** Of a tail: it brings nothing more. */
  done: Promise<void> = Promise.resolve();

  constructor(clock: Pick<Clock, 'nowMs'>, transfer: Transfer, isPiece: boolean) {
    this.transfer = transfer;
    this.pace = new Pace(clock);
    this.isPiece = isPiece;
  }

  get ocaId(): string {
    return this.transfer.plan.ocaId;
  }

  get deliveredTo(): number {
    return this.transfer.plan.startByte + this.deliveredBytes;
  }
}
