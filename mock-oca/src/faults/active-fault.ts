import type { Fault } from '@pressplay/protocol/messages';

/** All faults that meet one response, in one. */
export interface ActiveFault {
  readonly delayMs?: number;
  readonly rateBps?: number;
  readonly stallAfterBytes?: number;
  readonly resetAfterBytes?: number;
  readonly status?: number;
  readonly retryAfterS?: number;
  readonly corruptEveryBytes?: number;
  /** Tells players to leave, though nothing is wrong. */
  readonly duress?: boolean;
}

export interface FaultTarget {
  readonly clientAddress: string;
  readonly fileId?: string | undefined;
}

/** What the switched-on faults mean for one client and file; undefined when nothing is on for it. The worst of each kind wins. */
export function activeFault(faults: readonly Fault[], target: FaultTarget): ActiveFault | undefined {
  if (faults.length === 0) return undefined;
  return faults.filter((fault) => isMeant(fault, target)).reduce<ActiveFault | undefined>(add, undefined);
}

/** Whether a fault is for this client and file. */
export function isMeant(fault: Fault, target: FaultTarget): boolean {
  if (fault.clientPrefix !== undefined && !target.clientAddress.startsWith(fault.clientPrefix)) return false;
  return fault.fileId === undefined || fault.fileId === target.fileId;
}

function add(sum: ActiveFault = {}, fault: Fault): ActiveFault {
  switch (fault.kind) {
    case 'latency':
      return { ...sum, delayMs: Math.max(sum.delayMs ?? 0, fault.delayMs) };
    case 'rate':
      return { ...sum, rateBps: Math.min(sum.rateBps ?? Number.POSITIVE_INFINITY, fault.rateBps) };
    case 'stall':
      return { ...sum, stallAfterBytes: Math.min(sum.stallAfterBytes ?? Number.POSITIVE_INFINITY, fault.afterBytes) };
    case 'reset':
      return { ...sum, resetAfterBytes: Math.min(sum.resetAfterBytes ?? Number.POSITIVE_INFINITY, fault.afterBytes) };
    case 'status':
      if (sum.status !== undefined) return sum;
      return {
        ...sum,
        status: fault.status,
        ...(fault.retryAfterS !== undefined && { retryAfterS: fault.retryAfterS }),
      };
    case 'duress':
      return { ...sum, duress: true };
    case 'corrupt':
      return {
        ...sum,
        corruptEveryBytes: Math.min(sum.corruptEveryBytes ?? Number.POSITIVE_INFINITY, fault.everyBytes),
      };
  }
}

/** The chunk with one byte in `everyBytes` of the file turned into a wrong one. The same bytes every time. */
export function corrupted(chunk: Uint8Array, startByte: number, everyBytes: number): Uint8Array {
  const wrong = new Uint8Array(chunk);
  const first = everyBytes - 1 - (startByte % everyBytes);
  for (let at = first; at < wrong.length; at += everyBytes) wrong[at] = (wrong[at] ?? 0) ^ 0xff;
  return wrong;
}
