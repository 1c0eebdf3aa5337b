import type { CatalogTitle } from '@pressplay/protocol/messages';
import type { Transfer } from '../browser/transfers.ts';
import type { Moment } from './watched-play.ts';

/** A standstill with so much at hand is not for want of media. */
const AT_HAND_S = 1;
/** What probes ask for, from the beginning of a file on. */
const PROBED_BYTES = 4096;
/** Shorter ones are how a playhead is read. */
const STANDSTILL_MS = 250;
/** Moments are taken each 50 ms: between two so far apart nobody watched. */
const UNWATCHED_MS = 250;

export interface Standstills {
  readonly withoutMediaMs: number;
  readonly withMediaMs: number;
  /** The longest time between two moments: how late the machine, and the process that plays, was. */
  readonly unwatchedMs: number;
}

/**
 * How long the playhead stood still in all, from `fromMs` on. Where it was not read for long, it stood for what it did
 * not advance meanwhile: whoever looks late must not take the film for late.
 */
export function standstills(moments: readonly Moment[], fromMs: number): Standstills {
  const sum = { withoutMediaMs: 0, withMediaMs: 0, unwatchedMs: 0 };
  let last: Moment | undefined;
  let stoodMs = 0;
  let leastS = Number.POSITIVE_INFINITY;
  const close = (): void => {
    if (stoodMs >= STANDSTILL_MS) sum[leastS < AT_HAND_S ? 'withoutMediaMs' : 'withMediaMs'] += stoodMs;
    stoodMs = 0;
    leastS = Number.POSITIVE_INFINITY;
  };
  for (const moment of moments.filter(({ atMs, ended }) => atMs >= fromMs && !ended)) {
    const elapsedMs = last ? moment.atMs - last.atMs : 0;
    const advancedMs = last ? Math.round(Math.abs(moment.positionS - last.positionS) * 1000) : 0;
    leastS = Math.min(leastS, moment.bufferedS, last?.bufferedS ?? Number.POSITIVE_INFINITY);
    stoodMs += Math.max(0, elapsedMs - advancedMs);
    if (advancedMs > 0) close();
    if (elapsedMs >= UNWATCHED_MS) sum.unwatchedMs = Math.max(sum.unwatchedMs, elapsedMs);
    last = moment;
  }
  close();
  return sum;
}

export interface Superfluous {
  /** Of each segment of which something came after the fault, everything received that is part of no whole copy of it, or of a second one. */
  readonly bytesTwice: number;
  /** Whole copies in whose place a whole copy of another rendition came: a better picture, paid for. */
  readonly bytesReplaced: number;
}

/** Bytes of media that came although the viewer needed them only once. A segment still on its way is not judged. */
export function superfluous(transfers: readonly Transfer[], title: CatalogTitle, faultAtMs: number): Superfluous {
  const segments = new Map<string, Copies>();
  for (const transfer of transfers) collect(segments, transfer, title, faultAtMs);
  const sum = { bytesTwice: 0, bytesReplaced: 0 };
  for (const { touchedAfterFault, receivedBytes, copies } of segments.values()) {
    const whole = [...copies.values()].filter((copy) => coveredBytes(copy.parts) >= copy.sizeBytes);
    const last = whole.at(-1);
    if (!touchedAfterFault || !last) continue;
    const wholeBytes = whole.reduce((bytes, copy) => bytes + copy.sizeBytes, 0);
    sum.bytesTwice += receivedBytes - wholeBytes;
    sum.bytesReplaced += wholeBytes - last.sizeBytes;
  }
  return sum;
}

interface Copies {
  touchedAfterFault: boolean;
  receivedBytes: number;
  /** By file: what came of the segment in each rendition. */
  readonly copies: Map<string, { readonly sizeBytes: number; readonly parts: (readonly [from: number, to: number])[] }>;
}

function collect(segments: Map<string, Copies>, transfer: Transfer, title: CatalogTitle, faultAtMs: number): void {
  const rendition = title.renditions.find(({ fileId }) => fileId === transfer.fileId);
  if (!rendition || isProbe(transfer)) return;
  const receivedTo = transfer.startByte + transfer.receivedBytes;
  let startByte = rendition.index.offset0;
  for (const [number, sizeBytes] of rendition.index.sizes.entries()) {
    const from = Math.max(startByte, transfer.startByte);
    const to = Math.min(startByte + sizeBytes, receivedTo);
    const wanted = Math.min(startByte + sizeBytes, transfer.endByte) > from;
    startByte += sizeBytes;
    if (!wanted) continue;
    const key = `${rendition.kind} ${number}`;
    const entry = segments.get(key) ?? { touchedAfterFault: false, receivedBytes: 0, copies: new Map() };
    segments.set(key, entry);
    const runsAtFault = transfer.endedAtMs === undefined || transfer.endedAtMs >= faultAtMs;
    entry.touchedAfterFault ||= runsAtFault;
    if (to <= from) continue;
    entry.receivedBytes += to - from;
    const copy = entry.copies.get(rendition.fileId) ?? { sizeBytes, parts: [] };
    copy.parts.push([from, to]);
    entry.copies.set(rendition.fileId, copy);
  }
}

/** Ours measures servers with the first bytes of a file; it accounts for them apart. */
export function isProbe({ endByte }: Pick<Transfer, 'startByte' | 'endByte'>): boolean {
  return endByte <= PROBED_BYTES;
}

function coveredBytes(parts: readonly (readonly [from: number, to: number])[]): number {
  let covered = 0;
  let reached = 0;
  for (const [from, to] of [...parts].sort((a, b) => a[0] - b[0])) {
    covered += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return covered;
}
