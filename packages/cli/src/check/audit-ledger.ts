import type { LedgerEntry, Presentation } from '@pressplay/sdk-node';

/**
 * Every byte of every segment from one server only, without a gap, and none twice: says what is wrong, nothing where all is
 * well. A segment that the player itself gave up may end early.
 */
export function auditLedger(entries: readonly LedgerEntry[], presentation: Presentation): string[] {
  const bySegment = new Map<string, LedgerEntry[]>();
  for (const entry of entries) {
    // The index file of a long film is no segment.
    if (entry.renditionId === 'index') continue;
    const key = `segment ${entry.segmentNumber} of ${entry.renditionId}`;
    bySegment.set(key, [...(bySegment.get(key) ?? []), entry]);
  }
  return [...bySegment].flatMap(([name, parts]) => auditSegment(name, parts, presentation));
}

function auditSegment(name: string, parts: readonly LedgerEntry[], presentation: Presentation): string[] {
  const { renditionId, segmentNumber } = parts[0] ?? { renditionId: '', segmentNumber: -1 };
  const renditions = [...presentation.video, ...presentation.audio];
  const segment = renditions.find((rendition) => rendition.renditionId === renditionId)?.segments[segmentNumber];
  if (!segment) return [`${name} is not in the title`];
  const delivered = parts
    .filter((part) => part.deliveredTo > part.requestedFrom)
    .sort((a, b) => a.requestedFrom - b.requestedFrom);
  const problems: string[] = [];
  let reachedByte = segment.startByte;
  for (const { ocaId, requestedFrom, deliveredTo } of delivered) {
    if (requestedFrom < reachedByte)
      problems.push(`${name}: ${ocaId} repeated bytes ${requestedFrom} to ${reachedByte}`);
    if (requestedFrom > reachedByte)
      problems.push(`${name}: nobody delivered bytes ${reachedByte} to ${requestedFrom}`);
    reachedByte = Math.max(reachedByte, deliveredTo);
  }
  const givenUp = parts.some((part) => part.outcome === 'cancelled');
  if (reachedByte !== segment.endByte && !givenUp)
    problems.push(`${name}: delivered to byte ${reachedByte} of ${segment.endByte}`);
  return problems;
}
