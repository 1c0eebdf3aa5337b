import { isAnswer, planPatience } from '../delivery/patience.ts';
import { type FailedAttempt, rangeError } from '../delivery/range-error.ts';
import type { DeliveryGrant } from './delivery-listener.ts';
import type { RangeContext, RangeOrder } from './delivery-range-order.ts';
import { waitUntil } from './delivery-wait.ts';

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 3_000;
/** In a long silence the backend is asked again after this long. */
const RENEW_EVERY_MS = 10_000;
/** So many failures are told with the error. */
const MAX_TOLD = 40;

/** What a range does about failures: who was tried in this round, whether there is another round, when it gives up. */
export class Recovery {
  readonly #context: RangeContext;
  readonly #order: RangeOrder;
  readonly #neededAtMs: number;
  /** In this round. */
  readonly #failed = new Map<string, FailedAttempt>();
  #attempts: readonly FailedAttempt[] = [];
  #round = 0;
  #roundFromMs: number;
  #progressAtMs: number;
  #patienceEndMs = Number.POSITIVE_INFINITY;
  #backoffMs = FIRST_BACKOFF_MS;
  /** In this round: a region whose clock is wrong gives tokens that are over, and another one is asked then. */
  #hasRenewedToken = false;
  /** The servers of this round are asked with this one. */
  #grant: DeliveryGrant | undefined;
  /** A grant that others asked for gives one more round, once until something comes. */
  #mayExtend = true;
  /** Under way. */
  #renewal: Promise<void> | undefined;
  #wake: () => void = () => {};
  /** A fresh grant has come that no round was begun for. */
  #hasNews = false;
  #renewedAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: RangeContext, order: RangeOrder) {
    this.#context = context;
    this.#order = order;
    this.#progressAtMs = context.clock.nowMs();
    this.#roundFromMs = this.#progressAtMs;
    this.#neededAtMs = this.#progressAtMs + order.neededInMs;
    this.#grant = context.book.grant;
  }

  /** Not to be asked in this round. */
  get avoid(): ReadonlySet<string> {
    return new Set(this.#failed.keys());
  }

  /** Every later round waits longer: when all are late, the way is long. */
  get leniency(): number {
    return 2 ** Math.min(2, this.#round);
  }

  progressed(atMs: number): void {
    this.#progressAtMs = atMs;
    this.#mayExtend = true;
    this.#patienceEndMs = Number.POSITIVE_INFINITY;
    this.#backoffMs = FIRST_BACKOFF_MS;
  }

  /** `mayGoOn`: it delivered a good piece before, and is asked again. */
  noteFailed(attempt: FailedAttempt, mayGoOn: boolean): void {
    this.#attempts = [...this.#attempts.slice(1 - MAX_TOLD), attempt];
    if (!mayGoOn && attempt.action !== 'token-expired') this.#failed.set(attempt.ocaId, attempt);
  }

  async renewToken(ocaId: string, grant: DeliveryGrant): Promise<void> {
    const { book, renewals } = this.#context;
    const isFirst = !this.#hasRenewedToken;
    this.#hasRenewedToken = true;
    if (isFirst && book.grant !== grant) return;
    const isNew = isFirst && (await renewals.renew('token-expired', grant, this.#order.signal));
    if (isFirst) this.#grant = book.grant;
    if (isNew) return;
    this.#failed.set(ocaId, { ocaId, outcome: 'status', action: 'token-expired' });
  }

  /** Throws where patience has ended in the middle of a round: with many silent servers a round takes long. */
  check(): void {
    if (this.#context.clock.nowMs() >= this.#patienceEndMs && !this.#hasFreshGrant) throw this.#error();
  }

  /** No server is left in this round: another one, or the error. A fresh grant is asked for meanwhile. */
  async nextRound(): Promise<void> {
    const { clock, outage } = this.#context;
    const nowMs = clock.nowMs();
    const failed = [...this.#failed.values()];
    this.#renewServers(failed, nowMs);
    const bufferMs = Math.max(0, this.#neededAtMs - this.#progressAtMs);
    const { reason, untilMs } = planPatience({ failed, progressAtMs: this.#progressAtMs, bufferMs });
    if (reason === 'silence' && this.#isSilent(failed)) outage.silentSince(this.#roundFromMs);
    if (reason !== 'refused-for-good' && nowMs < untilMs) {
      this.#patienceEndMs = untilMs;
      await this.#pause(Math.min(untilMs, nowMs + this.#backoffMs));
      this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2);
    } else {
      await this.#renewal;
      if (!this.#hasNews && !this.#hasFreshGrant && !this.#order.signal.aborted) throw this.#error();
    }
    if (this.#hasFreshGrant) {
      this.#mayExtend = clock.nowMs() < untilMs;
      this.#patienceEndMs = Number.POSITIVE_INFINITY;
    }
    this.#grant = this.#context.book.grant;
    this.#hasNews = false;
    this.#hasRenewedToken = false;
    this.#failed.clear();
    this.#round++;
    this.#roundFromMs = clock.nowMs();
  }

  /** Not all servers of this round were asked with the grant that is there now. */
  get #hasFreshGrant(): boolean {
    return this.#mayExtend && this.#context.book.grant !== this.#grant;
  }

  /** Neither the servers of this round nor any other has said a word. */
  #isSilent(failed: readonly FailedAttempt[]): boolean {
    const { book } = this.#context;
    const wasHeard = book.servers.some(({ ocaId }) => (book.meter(ocaId).heardAtMs ?? -1) > this.#roundFromMs);
    return !wasHeard && !failed.some(isAnswer);
  }

  #renewServers(failed: readonly FailedAttempt[], nowMs: number): void {
    const { book, renewals } = this.#context;
    const isTokenDead = failed.length > 0 && failed.every(({ action }) => action === 'token-expired');
    if (!book.grant || isTokenDead || nowMs - this.#renewedAtMs < RENEW_EVERY_MS) return;
    this.#renewedAtMs = nowMs;
    this.#renewal = renewals.renew('no-server-left', book.grant, this.#order.signal).then((isNew) => {
      this.#renewal = undefined;
      this.#hasNews = isNew;
      if (isNew) this.#wake();
    });
  }

  /** Until then, until somebody gives a sign of life, or until there are other servers. */
  async #pause(dueAtMs: number): Promise<void> {
    const { clock, outage } = this.#context;
    if (this.#hasNews) return;
    const news = new Promise<void>((resolve) => (this.#wake = resolve));
    const work = outage.isOver ? news : Promise.race([news, outage.over]);
    await waitUntil(clock, work, dueAtMs, this.#order.signal);
  }

  #error(): Error {
    const { book, clock } = this.#context;
    const isTokenOver = clock.nowMs() >= (book.grant?.expiresAtMs ?? 0);
    return rangeError(this.#order.rendition.fileId, this.#attempts, isTokenOver);
  }
}
