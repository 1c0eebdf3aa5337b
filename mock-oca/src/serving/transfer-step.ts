import type { ActiveFault } from '../faults/active-fault.ts';
import { allowance, type Pace, refill, startPace } from './pace.ts';

export interface TransferState {
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly pace?: Pace | undefined;
}

export type TransferStep =
  | { readonly kind: 'send'; readonly bytes: number; readonly pace: Pace | undefined }
  | { readonly kind: 'wait'; readonly waitMs: number; readonly pace: Pace }
  /** Sends nothing until something changes. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut'; readonly reason: 'fault-reset' | 'fault-status' }
  | { readonly kind: 'done' };

/** The next thing a running body does, under the faults and the pace of this moment. */
export function nextStep(
  state: TransferState,
  fault: ActiveFault | undefined,
  limits: { readonly paceBps?: number | undefined; readonly chunkBytes: number },
  nowMs: number,
): TransferStep {
  const { sentBytes, totalBytes } = state;
  if (sentBytes >= totalBytes) return { kind: 'done' };
  // Faults were planned in before the head went out: a status that is on by now came later, and cuts.
  if (fault?.status !== undefined) return { kind: 'cut', reason: 'fault-status' };
  const untilReset = (fault?.resetAfterBytes ?? Number.POSITIVE_INFINITY) - sentBytes;
  if (untilReset <= 0) return { kind: 'cut', reason: 'fault-reset' };
  const untilStall = (fault?.stallAfterBytes ?? Number.POSITIVE_INFINITY) - sentBytes;
  if (untilStall <= 0) return { kind: 'hang' };
  const wantedBytes = Math.min(limits.chunkBytes, totalBytes - sentBytes, untilReset, untilStall);
  const rateBps = Math.min(limits.paceBps ?? Number.POSITIVE_INFINITY, fault?.rateBps ?? Number.POSITIVE_INFINITY);
  if (rateBps === Number.POSITIVE_INFINITY) return { kind: 'send', bytes: wantedBytes, pace: undefined };
  const pace = state.pace ? refill(state.pace, rateBps, nowMs) : startPace(rateBps, nowMs);
  const { bytes, waitMs } = allowance(pace, wantedBytes);
  return bytes > 0 ? { kind: 'send', bytes, pace } : { kind: 'wait', waitMs, pace };
}

export type HeadStep =
  | { readonly kind: 'answer' }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut' };

/** What a request whose head has not gone out does. `plannedStatus` is the status fault that the plan already answers with. */
export function headStep(
  fault: ActiveFault | undefined,
  request: { readonly arrivedAtMs: number; readonly plannedStatus: number | undefined },
  nowMs: number,
): HeadStep {
  if (fault === undefined) return { kind: 'answer' };
  if (fault.status !== undefined && request.plannedStatus === undefined) return { kind: 'cut' };
  if (fault.stallAfterBytes === 0) return { kind: 'hang' };
  const waitMs = request.arrivedAtMs + (fault.delayMs ?? 0) - nowMs;
  return waitMs > 0 ? { kind: 'wait', waitMs } : { kind: 'answer' };
}
