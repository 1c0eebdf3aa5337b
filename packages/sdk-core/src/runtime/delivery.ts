import { KeptBytes } from '../delivery/kept-bytes.ts';
import type { ByteAccounts } from '../delivery/ledger.ts';
import { PlayerError } from '../errors/player-error.ts';
import type { PlayerLedger, ServerStats } from '../player-events.ts';
import { CancelController } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { type HttpClient, HttpFailure } from '../ports/http-client.ts';
import type { Logger } from '../ports/logger.ts';
import type { EngineAbilities, RangeRequest } from '../ports/media-engine.ts';
import type { Random } from '../ports/random.ts';
import { excludedForMs } from '../server-selection/exclusions.ts';
import { HostAlarm } from './delivery-host-alarm.ts';
import type { DeliveryGrant, DeliveryListener } from './delivery-listener.ts';
import { Outage } from './delivery-outage.ts';
import { Prober } from './delivery-prober.ts';
import { RangeDelivery } from './delivery-range.ts';
import { DeliveryRecord } from './delivery-record.ts';
import { Renewals } from './delivery-renewals.ts';
import { type Expectation, ServerBook } from './delivery-server-book.ts';
import { hearingLoad } from './hearing-load.ts';

export type { DeliveryGrant, DeliveryListener, RenewReason } from './delivery-listener.ts';

export interface DeliveryPorts {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly logger?: Logger;
}

export interface DeliveryOptions {
  /** How much of broken-off ranges is kept in memory, all together; 2 MiB by default. */
  readonly maxKeptBytes?: number;
  /** Where the files' container can be checked: whole segments pass it before the engine gets them. */
  readonly segmentGate?: EngineAbilities['segmentGate'] | undefined;
}

/** A token is renewed, beside the media, this long before its end, or when this share of its life is left. */
const RENEW_BEFORE_MS = 60_000;
const RENEW_SHARE = 0.2;

/** Brings the byte ranges of one play from its servers: ranks them, moves between them, accounts for each byte. */
export class Delivery {
  readonly #ports: DeliveryPorts;
  readonly #listener: DeliveryListener;
  readonly #record = new DeliveryRecord();
  readonly #closing = new CancelController();
  readonly #book: ServerBook;
  readonly #renewals: Renewals;
  readonly #prober: Prober;
  readonly #kept: KeptBytes;
  readonly #segmentGate: EngineAbilities['segmentGate'];
  readonly #alarm = new HostAlarm();
  readonly #outage: Outage;
  #isFirst = true;
  #bufferEndsAtMs = 0;
  /** When the token is renewed ahead of time: once per grant. */
  #renewAtMs = Number.POSITIVE_INFINITY;
  #renewing: Promise<unknown> | undefined;

  constructor(ports: DeliveryPorts, listener: DeliveryListener, options: DeliveryOptions = {}) {
    this.#kept = new KeptBytes(options.maxKeptBytes);
    this.#segmentGate = options.segmentGate;
    this.#book = new ServerBook(ports.clock, ports.random, (event) => {
      ports.logger?.log('info', 'server changed', { ...event });
      listener.onServerChanged(event);
    });
    this.#ports = { ...ports, http: hearingLoad(ports.http, this.#book) };
    this.#listener = listener;
    this.#outage = new Outage((sinceMs) => {
      ports.logger?.log('info', 'somebody answers again', { silentForMs: ports.clock.nowMs() - sinceMs });
      this.#book.forgive(sinceMs);
    });
    this.#renewals = new Renewals(ports.clock, listener, (grant) => this.use(grant));
    this.#prober = new Prober({
      ...this.#ports,
      book: this.#book,
      record: this.#record,
      onProbe: (event) => {
        if (event.cause !== undefined) this.#alarmFor(event.ocaId);
        listener.onProbe(event);
      },
      bufferMs: () => Math.max(0, this.#bufferEndsAtMs - ports.clock.nowMs()),
    });
  }

  /** Takes a grant: the first one, or a fresh one. What was learned of servers stays. */
  use(grant: DeliveryGrant): void {
    this.#book.use(grant);
    this.#kept.forget((ocaId, fileId) => {
      const index = grant.servers.findIndex((server) => server.ocaId === ocaId);
      return grant.fileServers[fileId]?.includes(index) ?? false;
    });
    const lifetimeMs = grant.expiresAtMs - this.#ports.clock.nowMs();
    this.#renewAtMs = grant.expiresAtMs - Math.min(RENEW_BEFORE_MS, lifetimeMs * RENEW_SHARE);
  }

  /** Measures all servers now, and idle ones from time to time until `close`. */
  startProbing(): void {
    void this.#prober.start();
  }

  /**
   * Delivers `[startByte, endByte)` in order, each byte once. `neededInMs`: when the last byte is needed, that is how
   * long the buffer lasts. Rejects with `PlayerError` where no server is left, or with an `HttpFailure` of kind
   * 'aborted' after the signal or `close`.
   */
  async fetchRange(request: RangeRequest & { readonly neededInMs: number }): Promise<void> {
    this.#checkCall(request);
    if (request.startByte === request.endByte) return;
    this.#bufferEndsAtMs = this.#ports.clock.nowMs() + request.neededInMs;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const cancellation = new CancelController();
    const cancel = (): void => cancellation.cancel();
    const sources = [this.#closing.signal, ...(request.signal ? [request.signal] : [])];
    for (const source of sources) source.addEventListener('abort', cancel);
    if (sources.some(({ aborted }) => aborted)) cancel();
    try {
      const renewed = this.#renewAhead();
      // Without a turn of its own where there is nothing to wait for: the first request leaves before anything else is done.
      if (renewed) await renewed;
      const order = { ...request, isFirst, ...this.#extrasOf(request), signal: cancellation.signal };
      this.#tellDelivered(request, await new RangeDelivery(this.#rangeContext(), order).perform());
    } finally {
      for (const source of sources) source.removeEventListener('abort', cancel);
    }
  }

  /** What the next download from the preferred server is expected to find: for the choice of a rendition. */
  expectation(): Expectation {
    return this.#book.expectation();
  }

  /** The most that the preferred server wants a rendition to have. */
  maxVideoBps(): number | undefined {
    return this.#book.maxVideoBps();
  }

  /** Of the preferred server, on the careful side. */
  currentThroughputBps(): number | undefined {
    return this.#book.throughputBps();
  }

  servers(): readonly ServerStats[] {
    return this.#book.stats();
  }

  currentOcaId(): string | undefined {
    return this.#book.preferredId;
  }

  ledger(): PlayerLedger {
    return this.#record.snapshot();
  }

  /** What was delivered and wasted so far, without the entries. */
  accounts(): { readonly bytes: ByteAccounts; readonly bytesByServer: Readonly<Record<string, number>> } {
    return { bytes: this.#record.bytes, bytesByServer: this.#record.bytesByServer };
  }

  /** Delivered bytes turn out not to be shown: others took their place. */
  noteReplaced(bytes: number): void {
    this.#record.countReplaced(bytes);
  }

  /** Cancels everything. Idempotent. */
  close(): void {
    this.#closing.cancel();
    this.#kept.clear();
    this.#prober.close();
  }

  #rangeContext() {
    const { clock, http } = this.#ports;
    return {
      clock,
      http,
      book: this.#book,
      record: this.#record,
      renewals: this.#renewals,
      outage: this.#outage,
      alarm: this.#alarm,
      onLacking: (ocaId: string, fileId: string) => this.#kept.forget((id, file) => id !== ocaId || file !== fileId),
      onHandOver: (event: Parameters<DeliveryListener['onHandOver']>[0]) => {
        this.#ports.logger?.log('info', 'hand-over', { ...event });
        this.#listener.onHandOver(event);
      },
    };
  }

  #extrasOf({ rendition, segmentNumber, startByte, endByte }: RangeRequest) {
    const { fileId, etag, segments } = rendition;
    const segment = segments[segmentNumber];
    const isSegment = segment?.startByte === startByte && segment.endByte === endByte;
    const gate = isSegment ? this.#segmentGate?.(endByte - startByte) : undefined;
    return { gate, keeping: this.#kept.begin({ fileId, etag, startByte }, endByte) };
  }

  /** A probe failed: who waits for this server is told, if that is now held against it. */
  #alarmFor(ocaId: string): void {
    const server = this.#book.server(ocaId);
    if (server && excludedForMs(this.#book.exclusions, server, this.#ports.clock.nowMs()) > 0) this.#alarm.raise(ocaId);
  }

  #checkCall({ rendition, startByte, endByte, neededInMs }: RangeRequest & { readonly neededInMs: number }): void {
    if (this.#closing.signal.aborted) throw new HttpFailure('aborted', 'The delivery is closed.');
    if (!this.#book.grant) throw new PlayerError('player/invalid-call', 'A range was asked for before a grant.');
    if (Number.isNaN(neededInMs)) throw new PlayerError('player/invalid-call', '`neededInMs` is not a number.');
    if (startByte < 0 || endByte < startByte || endByte > rendition.sizeBytes) {
      const context = { fileId: rendition.fileId, startByte, endByte, sizeBytes: rendition.sizeBytes };
      throw new PlayerError('delivery/range-unsatisfiable', 'The range does not exist in the file.', context);
    }
  }

  /** Once per grant. Ranges go on with the old token meanwhile, unless it is known to have expired. */
  #renewAhead(): Promise<unknown> | undefined {
    const { grant } = this.#book;
    const nowMs = this.#ports.clock.nowMs();
    if (!grant) return undefined;
    if (nowMs >= this.#renewAtMs) {
      this.#renewAtMs = Number.POSITIVE_INFINITY;
      this.#renewing = this.#renewals.renew('token-expired', grant, this.#closing.signal).finally(() => {
        this.#renewing = undefined;
      });
    }
    return nowMs >= grant.expiresAtMs ? this.#renewing : undefined;
  }

  #tellDelivered(request: RangeRequest, ocaId: string): void {
    const { rendition, segmentNumber, startByte, endByte } = request;
    const { renditionId, kind, segments } = rendition;
    const { durationMs } = segments[segmentNumber] ?? {};
    if (durationMs === undefined) return;
    const bytes = endByte - startByte;
    this.#listener.onSegmentDelivered({ ocaId, renditionId, kind, segmentNumber, bytes, durationMs });
  }
}
