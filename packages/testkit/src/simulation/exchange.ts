import { maskMediaToken } from '@pressplay/protocol/wire';
import type { Clock } from '@pressplay/sdk-core';
import { type Endpoint, oneWayMs } from './endpoint.ts';
import { originOf } from './origin-of.ts';
import type { AnswerHead, ServedAnswer, WireRequest } from './served-answer.ts';
import { Transfer } from './transfer.ts';

/** Why a client got no answer, or no more of it. */
export class LinkFailure extends Error {
  override readonly name = 'LinkFailure';
}

export type ExchangeOutcome = 'running' | 'complete' | 'cancelled' | 'refused' | 'broken';

/** What went over the wire, for tests: nothing in the system reads it. */
export interface ExchangeRecord {
  readonly from: string;
  readonly to: string;
  readonly method: string;
  /** Path and query, the token's signature masked. */
  readonly path: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly status?: number;
  /** What the server had sent, and what the client took of it. */
  readonly sentBytes: number;
  readonly readBytes: number;
  readonly outcome: ExchangeOutcome;
}

type MutableRecord = { -readonly [K in keyof ExchangeRecord]: ExchangeRecord[K] };

export interface ExchangeHost {
  readonly clock: Clock;
  /** Shares the links anew among the transfers that want to send. */
  readonly onDemandChanged: () => void;
  readonly onTransfer: (transfer: Transfer) => void;
  readonly onEnd: (exchange: Exchange) => void;
}

/** One request and its answer between two machines, connection set-up included. */
export class Exchange {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly head: Promise<AnswerHead>;
  readonly #host: ExchangeHost;
  readonly #request: WireRequest;
  readonly #startedAtMs: number;
  readonly #origin: string;
  #answer: ServedAnswer | undefined;
  #hasLeftServer = false;
  readonly #received: Uint8Array[] = [];
  #headSettled: { resolve: (head: AnswerHead) => void; reject: (error: unknown) => void } | undefined;
  #waitingReader: { resolve: (chunk: Uint8Array | undefined) => void; reject: (error: unknown) => void } | undefined;
  #transfer: Transfer | undefined;
  #status: number | undefined;
  #readBytes = 0;
  #record: MutableRecord | undefined;
  #endedAtMs: number | undefined;
  /** How it ends for the reader once the received chunks are taken. */
  #end: { readonly error?: unknown } | undefined;
  #outcome: ExchangeOutcome = 'running';

  constructor(host: ExchangeHost, client: Endpoint, server: Endpoint, request: WireRequest) {
    this.#host = host;
    this.client = client;
    this.server = server;
    this.#request = request;
    this.#origin = originOf(request.url);
    this.#startedAtMs = host.clock.nowMs();
    this.head = new Promise((resolve, reject) => {
      this.#headSettled = { resolve, reject };
    });
    void this.#run();
  }

  /** Stays true: what is read or sent after the end is in it too. */
  get record(): ExchangeRecord {
    const { method, url } = this.#request;
    this.#record ??= {
      from: this.client.name,
      to: this.server.name,
      method,
      path: maskMediaToken(url.slice(this.#origin.length)),
      startedAtMs: this.#startedAtMs,
      sentBytes: 0,
      readBytes: 0,
      outcome: this.#outcome,
    };
    return this.#update(this.#record);
  }

  #update(record: MutableRecord): ExchangeRecord {
    record.sentBytes = this.#transfer?.sentBytes ?? 0;
    record.readBytes = this.#readBytes;
    record.outcome = this.#outcome;
    if (this.#status !== undefined) record.status = this.#status;
    if (this.#endedAtMs !== undefined) record.endedAtMs = this.#endedAtMs;
    return record;
  }

  /** The next chunk of the body; undefined at the end. Rejects with `LinkFailure` when the connection broke. */
  read(): Promise<Uint8Array | undefined> {
    const chunk = this.#received.shift();
    if (chunk) return Promise.resolve(this.#taken(chunk));
    if (this.#end) return 'error' in this.#end ? Promise.reject(this.#end.error) : Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#waitingReader = { resolve, reject };
    });
  }

  /** The client lets go; the server hears of it one trip later and may have sent more by then. */
  cancel(error?: unknown): void {
    if (this.#outcome !== 'running') return;
    this.#finish('cancelled', error);
    this.#received.length = 0;
    this.#host.clock.schedule(oneWayMs(this.client, this.server), () => this.#leaveServer());
  }

  /** The server, or its machine, resets the connection; what is on the wire still arrives. */
  break(why: string): void {
    if (this.#outcome !== 'running') return;
    this.#leaveServer();
    this.#later(() => this.#finish('broken', new LinkFailure(why)));
  }

  async #run(): Promise<void> {
    if (!this.client.takeIdleConnection(this.#origin)) {
      await this.#travel();
      if (!this.server.serve || this.server.link.state === 'refuse') {
        this.#later(() => this.#finish('refused', new LinkFailure('connection refused')));
        return;
      }
      await this.#travel();
    }
    await this.#travel();
    if (!this.server.serve || this.server.link.state === 'reset') {
      this.break('connection reset');
      return;
    }
    const head = await this.#serve();
    if (!head || this.#hasLeftServer) return;
    const headArrives = this.#travel();
    const bodyArrives = this.#pump(head);
    await headArrives;
    this.#status = head.status;
    this.#headSettled?.resolve(head);
    await bodyArrives;
    if (this.#outcome !== 'running') return;
    this.client.keepConnection(this.#origin);
    this.#finish('complete');
  }

  async #serve(): Promise<AnswerHead | undefined> {
    try {
      this.#answer = this.server.serve?.(this.#request, { clientAddress: this.client.address });
      return await this.#answer?.head;
    } catch (error) {
      this.break(`the server failed: ${error}`);
      return undefined;
    }
  }

  /** Resolves when all of the body has arrived. */
  #pump({ hasBody }: AnswerHead): Promise<void> {
    const answer = this.#answer;
    if (!answer || !hasBody) return Promise.resolve();
    return new Promise((resolve) => {
      this.#transfer = new Transfer(this.#host.clock, this.server, this.client, answer, {
        onDemandChanged: this.#host.onDemandChanged,
        onBytes: (chunk) => this.#receive(chunk),
        onEnd: resolve,
        onSourceFailed: (error) => this.break(`the server gave up: ${error}`),
      });
      this.#host.onTransfer(this.#transfer);
    });
  }

  #receive(chunk: Uint8Array): void {
    if (this.#outcome !== 'running') return;
    const reader = this.#waitingReader;
    this.#waitingReader = undefined;
    if (reader) reader.resolve(this.#taken(chunk));
    else this.#received.push(chunk);
  }

  #taken(chunk: Uint8Array): Uint8Array {
    this.#readBytes += chunk.byteLength;
    if (this.#record) this.#update(this.#record);
    this.#transfer?.read(chunk.byteLength);
    return chunk;
  }

  #finish(outcome: ExchangeOutcome, error?: unknown): void {
    if (this.#outcome !== 'running') return;
    this.#outcome = outcome;
    this.#endedAtMs = this.#host.clock.nowMs();
    this.#end = error === undefined ? {} : { error };
    if (error !== undefined) this.#headSettled?.reject(error);
    const reader = this.#waitingReader;
    this.#waitingReader = undefined;
    if (reader) error === undefined ? reader.resolve(undefined) : reader.reject(error);
    this.#host.onEnd(this);
  }

  #leaveServer(): void {
    this.#transfer?.stop();
    this.#hasLeftServer = true;
    if (this.#record) this.#update(this.#record);
    this.#answer?.cancel();
  }

  /** One trip, however long a hang makes it. Never arrives once the exchange is over. */
  #travel(): Promise<void> {
    return new Promise((resolve) => {
      const arrive = (): void => {
        if (this.#outcome === 'running') resolve();
      };
      this.#whenPassing(() => this.#later(() => this.#whenPassing(arrive)));
    });
  }

  #whenPassing(go: () => void): void {
    if (this.#passes) go();
    else void this.#passing().then(go);
  }

  get #passes(): boolean {
    return this.client.link.state !== 'hang' && this.server.link.state !== 'hang';
  }

  async #passing(): Promise<void> {
    while (!this.#passes) {
      await this.client.passing();
      await this.server.passing();
    }
  }

  #later(callback: () => void): void {
    this.#host.clock.schedule(oneWayMs(this.client, this.server), callback);
  }
}
