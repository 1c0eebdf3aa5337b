import type { Clock } from '../ports/clock.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { Logger } from '../ports/logger.ts';
import { readWhole } from '../runtime/read-whole.ts';
import { withDeadline } from '../runtime/with-deadline.ts';
import { batchOf, type QueuedReport, withReport, withUnsent } from './report-queue.ts';

const LIMITS = { maxReports: 50, maxCharacters: 24_000 };
const DEADLINE_MS = 5_000;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

export interface SenderPorts {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly logger?: Logger | undefined;
}

type Verdict = 'taken' | 'unwanted' | 'refused' | 'failed';

/** Brings reports to one of several places: in order, in batches, once each unless an answer was lost on the way. */
export class ReportSender {
  readonly #ports: SenderPorts;
  /** The same target in each region. */
  readonly #urls: readonly string[];
  #at = 0;
  #queue: readonly QueuedReport[] = [];
  #inFlight: readonly QueuedReport[] = [];
  #backoffMs = FIRST_BACKOFF_MS;
  #cancelRetry: (() => void) | undefined;
  #isSending = false;
  /** What came while a batch was on its way is to go too, not at the next flush. */
  #sendMore = false;
  #isClosed = false;
  /** The target wants no more of this play. */
  #isUnwanted = false;

  constructor(ports: SenderPorts, urls: readonly string[]) {
    this.#ports = ports;
    this.#urls = urls;
    this.#isUnwanted = urls.length === 0;
  }

  get queuedCount(): number {
    return this.#queue.length;
  }

  add(report: QueuedReport): void {
    if (!this.#isUnwanted) this.#queue = withReport(this.#queue, report);
  }

  /** Sends what waits. Never rejects; what does not get through waits for its next try. */
  flush(): void {
    if (this.#isSending) this.#sendMore = true;
    else if (!this.#cancelRetry) void this.#sendAll();
  }

  /** Tries at once, in each region once, and gives up what does not get through. */
  close(): void {
    this.#isClosed = true;
    this.#stopWaiting();
    this.flush();
  }

  /** Gives all that waits, in texts of one request each, to `take`, until it takes no more. What is on its way goes again. */
  handOver(take: (url: string, text: string) => boolean): void {
    let waiting = withUnsent(this.#queue, this.#inFlight);
    while (waiting.length > 0 && !this.#isUnwanted) {
      const { batch, rest } = batchOf(waiting, LIMITS);
      if (!take(this.#urls[this.#at] ?? '', textOf(batch))) break;
      waiting = rest;
    }
    this.#queue = waiting.filter((report) => !this.#inFlight.includes(report));
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    let count = this.#queue.length;
    while (count > 0 && this.#queue.length > 0) {
      const { batch, rest } = batchOf(this.#queue, LIMITS);
      count -= batch.length;
      this.#queue = rest;
      this.#inFlight = batch;
      const verdict = await this.#sendSomewhere(textOf(batch));
      this.#inFlight = [];
      if (verdict === 'unwanted') this.#isUnwanted = true;
      if (this.#isUnwanted) this.#queue = [];
      if (verdict === 'failed') {
        if (this.#isClosed) this.#queue = [];
        else this.#retryLater(batch);
        break;
      }
      if (this.#sendMore) count = this.#queue.length;
      this.#sendMore = false;
    }
    this.#sendMore = false;
    this.#isSending = false;
  }

  /** Each region once, beginning with the one that took the last batch. */
  async #sendSomewhere(text: string): Promise<Verdict> {
    for (let tries = 0; tries < this.#urls.length; tries++) {
      const verdict = await this.#send(this.#urls[this.#at] ?? '', text);
      if (verdict !== 'failed') {
        this.#backoffMs = FIRST_BACKOFF_MS;
        return verdict;
      }
      this.#at = (this.#at + 1) % this.#urls.length;
    }
    return 'failed';
  }

  async #send(url: string, body: string): Promise<Verdict> {
    const { clock, http, logger } = this.#ports;
    try {
      const status = await withDeadline(clock, DEADLINE_MS, undefined, async (signal) => {
        const response = await http({ method: 'POST', url, body, headers: { 'Content-Type': 'text/plain' }, signal });
        await readWhole(response.body);
        return response.status;
      });
      const verdict = verdictOf(status);
      if (verdict !== 'taken') logger?.log('debug', 'reports were not taken', { status });
      return verdict;
    } catch (error) {
      logger?.log('debug', 'reports did not get through', { error: String(error) });
      return 'failed';
    }
  }

  #retryLater(unsent: readonly QueuedReport[]): void {
    this.#queue = withUnsent(this.#queue, unsent);
    this.#cancelRetry = this.#ports.clock.schedule(this.#backoffMs, () => {
      this.#cancelRetry = undefined;
      this.flush();
    });
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2);
  }

  #stopWaiting(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }
}

/** Another region may be well where this one fails; none wants what one calls wrong. */
function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return 'taken';
  if (status >= 500 || status === 408 || status === 429) return 'failed';
  return status === 400 || status === 413 ? 'refused' : 'unwanted';
}

const textOf = (batch: readonly QueuedReport[]): string => batch.map(({ line }) => line).join('\n');
