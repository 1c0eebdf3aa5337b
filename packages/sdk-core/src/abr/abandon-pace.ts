/** How fast one download has been: from its first byte on, and since the report before. */
export interface DownloadPace {
  readonly firstByteAfterMs: number;
  readonly elapsedMs: number;
  readonly receivedBytes: number;
  readonly recentBps: number;
  /** Since a report showed new bytes. */
  readonly silentMs: number;
}

export interface DownloadReport {
  /** Since the segment was asked for. */
  readonly elapsedMs: number;
  readonly receivedBytes: number;
  /** From the request to its first byte; absent where none has come. */
  readonly firstByteAfterMs?: number | undefined;
}

/** Takes a report, undefined while no byte has come. */
export function paceAfter(before: DownloadPace | undefined, report: DownloadReport): DownloadPace | undefined {
  const { elapsedMs, receivedBytes, firstByteAfterMs } = report;
  if (firstByteAfterMs === undefined) return undefined;
  const sinceMs = elapsedMs - (before?.elapsedMs ?? firstByteAfterMs);
  const bytes = receivedBytes - (before?.receivedBytes ?? 0);
  const recentBps = (bytes * 8000) / Math.max(1, sinceMs);
  const silentMs = bytes > 0 ? 0 : (before?.silentMs ?? 0) + sinceMs;
  return { firstByteAfterMs, elapsedMs, receivedBytes, recentBps, silentMs };
}

/**
 * The rate of the rest: what the download shows, shrunk towards what was expected before it. The longer it has lasted,
 * the more it is believed.
 */
export function restBps(pace: DownloadPace, expectedBps: number | undefined, trustMs: number): number {
  const spanMs = Math.max(1, pace.elapsedMs - pace.firstByteAfterMs);
  const averageBps = (pace.receivedBytes * 8000) / spanMs;
  const shownBps = Math.max(1, (averageBps + pace.recentBps) / 2);
  if (expectedBps === undefined) return shownBps;
  const weight = spanMs / (spanMs + trustMs);
  return Math.exp(weight * Math.log(shownBps) + (1 - weight) * Math.log(Math.max(1, expectedBps)));
}
