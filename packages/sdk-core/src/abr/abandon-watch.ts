import { type AbandonVerdict, judgeDownload, type LoadingContext } from './abandon-download.ts';
import { type DownloadPace, type DownloadReport, paceAfter } from './abandon-pace.ts';
import type { LookAheadConfig } from './look-ahead.ts';
import { PlannedWorth } from './planned-worth.ts';

/** Judged no earlier, and no more often. */
const FIRST_AFTER_MS = 300;
const SPACING_MS = 200;

type Kept = 'pace' | 'silentMs' | 'throughputBps' | 'chosenWithBps' | 'otherServerWithinMs';

interface Report extends DownloadReport, Omit<LoadingContext, Kept | keyof DownloadReport> {
  /** How long delivery takes to leave a slow server; absent where there is no other. */
  readonly patienceMs?: number | undefined;
}

/** Follows the downloads of one play, one at a time, and says when to give one up. */
export class AbandonWatch {
  readonly #worth: PlannedWorth;
  #givenUp: { readonly segmentNumber: number; readonly withBps: number | undefined } | undefined;
  #judgeFromMs = FIRST_AFTER_MS;
  #pace: DownloadPace | undefined;
  #expectedBps: number | undefined;
  /** From when on a smaller one was worth more without a break. */
  #lateFromMs: number | undefined;
  /** Where the server that brings it now took over. */
  #from = { elapsedMs: 0, receivedBytes: 0 };

  constructor(overrides: Partial<LookAheadConfig> = {}) {
    this.#worth = new PlannedWorth(overrides);
  }

  /** A segment is asked for, and this is expected of the network; or another server brings the rest, `from` there on. */
  begin(expectedBps: number | undefined, from?: { readonly elapsedMs: number; readonly receivedBytes: number }): void {
    this.#from = from ?? { elapsedMs: 0, receivedBytes: 0 };
    this.#judgeFromMs = this.#from.elapsedMs + FIRST_AFTER_MS;
    this.#pace = undefined;
    this.#lateFromMs = undefined;
    this.#expectedBps = expectedBps;
  }

  judge(report: Report): AbandonVerdict {
    if (report.elapsedMs < this.#judgeFromMs) return { reason: 'too-early' };
    this.#judgeFromMs = report.elapsedMs + SPACING_MS;
    const ofThisServer = this.#ofThisServer(report);
    this.#pace = paceAfter(this.#pace, ofThisServer);
    const silentMs = this.#pace?.silentMs ?? ofThisServer.elapsedMs;
    const { segmentNumber, elapsedMs, patienceMs } = report;
    const lateForMs = elapsedMs - (this.#lateFromMs ?? elapsedMs);
    const otherServerWithinMs = patienceMs === undefined ? undefined : patienceMs - lateForMs;
    const chosenWithBps = this.#givenUp?.segmentNumber === segmentNumber ? this.#givenUp.withBps : undefined;
    const known = { pace: this.#pace, silentMs, throughputBps: this.#expectedBps, chosenWithBps, otherServerWithinMs };
    const loading = { ...report, ...known };
    const verdict = judgeDownload(loading, this.#worth);
    this.#lateFromMs = verdict.reason === 'other-server-first' ? (this.#lateFromMs ?? elapsedMs) : undefined;
    if (verdict.instead) this.#givenUp = { segmentNumber, withBps: verdict.withBps };
    return verdict;
  }

  #ofThisServer({ elapsedMs, receivedBytes, firstByteAfterMs }: Report): DownloadReport {
    const { elapsedMs: fromMs, receivedBytes: fromBytes } = this.#from;
    return {
      elapsedMs: elapsedMs - fromMs,
      receivedBytes: receivedBytes - fromBytes,
      firstByteAfterMs: fromMs === 0 ? firstByteAfterMs : receivedBytes > fromBytes ? 0 : undefined,
    };
  }
}
