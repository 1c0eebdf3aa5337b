import type { LedgerEntry } from './ledger.ts';

export interface CheckedRange {
  readonly fileId: string;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
}

/**
 * Checks that the entries of one delivery of a range are disjoint and complete, and that no server was asked for a byte
 * that had been delivered: one that delivered something goes on exactly where the one before ended, one that delivered
 * nothing was asked there or, as a hedge, further on. Gives what is wrong; nothing where all is well. Entries of other
 * files are left aside.
 */
export function checkLedger(entries: readonly LedgerEntry[], range: CheckedRange): readonly string[] {
  const problems: string[] = [];
  let reachedByte = range.startByte;
  for (const entry of entries.filter(({ fileId }) => fileId === range.fileId)) {
    const name = `${entry.ocaId} ${entry.requestedFrom}-${entry.deliveredTo}`;
    const isEmpty = entry.deliveredTo === entry.requestedFrom;
    const isRight = isEmpty ? entry.requestedFrom >= reachedByte : entry.requestedFrom === reachedByte;
    if (!isRight) problems.push(`${name}: asked from elsewhere than byte ${reachedByte}`);
    if (entry.deliveredTo < entry.requestedFrom) problems.push(`${name}: ends before it starts`);
    if (entry.deliveredTo > range.endByte) problems.push(`${name}: beyond the range`);
    if (!isEmpty) reachedByte = Math.max(reachedByte, entry.deliveredTo);
  }
  if (reachedByte !== range.endByte) problems.push(`delivered to ${reachedByte} of ${range.endByte}`);
  return problems;
}
