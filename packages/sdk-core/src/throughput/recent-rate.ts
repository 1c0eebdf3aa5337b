/** The rate of one transfer over its last moments: it sees a collapse that an average still hides. */
export interface RecentRate {
  /** (time, bytes so far), oldest first. */
  readonly marks: readonly { readonly atMs: number; readonly totalBytes: number }[];
  readonly totalBytes: number;
}

const SPAN_MS = 2000;
const MARK_EVERY_MS = 100;

export function recentRate(startMs: number): RecentRate {
  return { marks: [{ atMs: startMs, totalBytes: 0 }], totalBytes: 0 };
}

export function markBytes(rate: RecentRate, bytes: number, nowMs: number): RecentRate {
  const totalBytes = rate.totalBytes + bytes;
  const lastAtMs = rate.marks.at(-1)?.atMs ?? nowMs;
  if (nowMs - lastAtMs < MARK_EVERY_MS) return { marks: rate.marks, totalBytes };
  const marks = [...rate.marks, { atMs: nowMs, totalBytes }];
  const tooOld = marks.filter((mark) => nowMs - mark.atMs >= SPAN_MS).length;
  return { marks: marks.slice(Math.max(0, tooOld - 1)), totalBytes };
}

/** Bits per second and the span they were seen over: all that is remembered, or about the last `lastMs` of it. */
export function rateOver(
  rate: RecentRate,
  nowMs: number,
  lastMs: number = SPAN_MS,
): { readonly bps: number; readonly spanMs: number } {
  const first = rate.marks.filter((mark) => nowMs - mark.atMs >= lastMs).at(-1) ?? rate.marks[0];
  const spanMs = first ? nowMs - first.atMs : 0;
  if (!first || spanMs <= 0) return { bps: Number.POSITIVE_INFINITY, spanMs: 0 };
  return { bps: ((rate.totalBytes - first.totalBytes) * 8000) / spanMs, spanMs };
}
