import type { Keeping } from '../delivery/kept-bytes.ts';
import type { SegmentGate } from '../delivery/segment-gate.ts';
import type { PlayerEvents } from '../player-events.ts';
import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { RangeRequest } from '../ports/media-engine.ts';
import type { HostAlarm } from './delivery-host-alarm.ts';
import type { Outage } from './delivery-outage.ts';
import type { DeliveryRecord } from './delivery-record.ts';
import type { Renewals } from './delivery-renewals.ts';
import type { ServerBook } from './delivery-server-book.ts';

export interface RangeContext {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly book: ServerBook;
  readonly record: DeliveryRecord;
  readonly renewals: Renewals;
  readonly outage: Outage;
  readonly alarm: HostAlarm;
  readonly onHandOver: (event: PlayerEvents['hand-over']) => void;
  /** The server turned out not to hold the file, or to hold other bytes. */
  readonly onLacking: (ocaId: string, fileId: string) => void;
}

export interface RangeOrder extends RangeRequest {
  readonly neededInMs: number;
  /** The first request of a play: a second server is raced when its first byte is late. */
  readonly isFirst: boolean;
  /** Of a whole segment: its boxes are checked. */
  readonly gate: SegmentGate | undefined;
  /** What an earlier, broken-off range left, and where this one leaves its bytes. */
  readonly keeping: Keeping;
  readonly signal: CancelSignal;
}
